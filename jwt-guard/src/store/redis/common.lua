-- Before every script. Numbers are milliseconds since 1970. A login is a hash: current, previous, rotated, ends.
local LEEWAY = 300000 -- as in moment.rs

local function whole(number) return string.format('%.0f', number) end

local function counts(ends, now) return ends and now < tonumber(ends) + LEEWAY end

local function ending(key, ends) redis.call('PEXPIREAT', key, whole(ends + LEEWAY)) end

-- Remembers a name until its end, or the later one that is known.
local function mark(key, ends)
  ends = math.max(ends, tonumber(redis.call('GET', key) or 0))
  redis.call('SET', key, whole(ends))
  ending(key, ends)
  return ends
end

-- Pushes a revocation to every node. The stream keeps as much of the past as the longest life of an entry so far.
local function tell(stream, horizon, kind, name, ends, before)
  local time = redis.call('TIME')
  local server = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  local life = math.max(ends + LEEWAY - server, tonumber(redis.call('GET', horizon) or 0))
  redis.call('SET', horizon, whole(life))
  redis.call('XADD', stream, 'MINID', '~', whole(math.max(server - life, 0)), '*',
    'kind', kind, 'name', name, 'ends', whole(ends), 'before', whole(before or 0))
end

local function revoke_family(login, family, stream, horizon, name, ends)
  ends = math.max(ends, tonumber(redis.call('HGET', login, 'ends') or 0))
  redis.call('DEL', login)
  tell(stream, horizon, 'family', name, mark(family, ends))
end
