-- Before every script. Numbers are milliseconds since 1970. A login is a hash: current, previous, rotated, ends.
-- What is revoked is in one sorted set, by its end, and the cut-offs are in a hash of the same names: a node that starts
-- reads what a strict check asks. Each revocation is also told to the nodes that are connected, in a stream.
local SET, CUT, TOLD = KEYS[#KEYS - 2], KEYS[#KEYS - 1], KEYS[#KEYS]
local LEEWAY = 300000 -- as in moment.rs
local SKEW = 60000 -- how far the clocks of server and guard may be apart, as in feed/mod.rs
local BEHIND = 500 -- how many entries of the stream a node may be behind, before it has to read the set
local SWEEP = 16 -- how many entries that no longer count a revocation forgets at most

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

local function revoked(kind, name, now) return counts(redis.call('ZSCORE', SET, kind .. ':' .. name), now) end

-- Forgets what ended first, by the clock of the server.
local function sweep()
  local time = redis.call('TIME')
  local over = tonumber(time[1]) * 1000 - LEEWAY - SKEW
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', SET, '-inf', whole(over), 'LIMIT', 0, SWEEP)) do
    redis.call('ZREM', SET, name)
    redis.call('HDEL', CUT, name)
  end
end

-- Where the stream ends. What another program has put in its place goes: the set has all that counts.
local function last_told()
  local last = redis.pcall('XREVRANGE', TOLD, '+', '-', 'COUNT', 1)
  if last.err then redis.call('DEL', TOLD) end
  return last[1] and last[1][1] or '0-0'
end

-- The later end and the later cut-off count when something is revoked twice. An entry of the stream names the one before
-- it, so that a reader sees where some are missing.
local function revoke(kind, name, ends, before)
  local key = kind .. ':' .. name
  ends = math.max(ends, tonumber(redis.call('ZSCORE', SET, key) or 0))
  redis.call('ZADD', SET, whole(ends), key)
  if before then
    before = math.max(before, tonumber(redis.call('HGET', CUT, key) or 0))
    redis.call('HSET', CUT, key, whole(before))
  end
  local function tell(call)
    return call('XADD', TOLD, 'MAXLEN', '~', BEHIND, '*', 'after', last_told(),
      'kind', kind, 'name', name, 'ends', whole(ends), 'before', whole(before or 0))
  end
  if tell(redis.pcall).err then
    -- Another program has written the last entry that there can be. Readers see that the stream begins anew.
    redis.call('DEL', TOLD)
    tell(redis.call)
  end
  sweep()
end

local function revoke_family(login, name, ends)
  ends = math.max(ends, tonumber(redis.call('HGET', login, 'ends') or 0))
  redis.call('DEL', login)
  revoke('family', name, ends)
end
