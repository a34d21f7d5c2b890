-- Before every script. Numbers are milliseconds since 1970. A login is a hash: current, previous, rotated, ends, access
-- (when its last access token ends), endpoint, subject, epoch. A token that is listed as issued is a hash: ends, subject,
-- family, epoch. A subject has indexes of its logins, listed tokens and revocations, and a login has one of its listed tokens.
-- Revocations are in one sorted set, by their end, and the cut-offs are in a hash of the same names: a node that starts
-- reads what a strict check asks. Connected nodes also get each revocation through a stream.
local SET, CUT, TOLD = KEYS[#KEYS - 2], KEYS[#KEYS - 1], KEYS[#KEYS]
local BASE = string.sub(SET, 1, #SET - #'revoked')
-- A hash that never expires: the line that tells the marks of this store from others, the epoch, the history of the server
-- that counts it, the epoch of the last cut-off of all, and when the last access token ends.
local ERA = BASE .. 'era'
local EVERYBODY = '*' -- the subject that all are, as in ledger/mod.rs
local LEEWAY = 300000 -- as in ledger/entry.rs
local SKEW = 60000 -- how far the clocks of server and guard may be apart, as in feed/mod.rs
local BEHIND = 500 -- how many entries of the stream a node may be behind, before it has to read the set
local SWEEP = 16 -- how many entries that no longer count a revocation forgets at most
local JUMP = 1000000 -- more epochs than a server can have lost
local REPLICA = redis.error_reply('READONLY the server is a replica')

local function whole(number) return string.format('%.0f', number) end

local function counts(ends, now) return ends and now < tonumber(ends) + LEEWAY end

local function ending(key, ends) redis.call('PEXPIREAT', key, whole(ends + LEEWAY)) end

-- A server without memory refuses a script whose first write takes some. This one takes none.
local function write() return redis.pcall('HDEL', ERA, '') end

-- What a replica says may be old, and only a script that writes is refused there.
local function is_replica()
  local answer = write()
  return type(answer) == 'table' and string.find(answer.err, 'READONLY', 1, true)
end

-- All names are in one slot, so a script may build one.
local function key(kind, name) return BASE .. kind .. ':' .. name end

-- The time of the server, in milliseconds.
local function clock()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- Keeps an index as long as its last entry.
local function extend(index, ends)
  local left = redis.call('PTTL', index)
  if left < 0 or clock() + left < ends + LEEWAY then ending(index, ends) end
end

local function note(index, order, name, ends)
  redis.call('ZADD', index, whole(order), name)
  extend(index, ends)
end

-- A cut-off of all counts until every access token has ended, though it knows no login by name.
local function issued_until(access)
  if access > tonumber(redis.call('HGET', ERA, 'access') or 0) then redis.call('HSET', ERA, 'access', whole(access)) end
end

-- Takes a token off the list of issued ones.
local function unlist(id)
  local token = key('listed', id)
  local known = redis.call('HMGET', token, 'subject', 'family')
  if known[1] then redis.call('ZREM', key('listed-of-subject', known[1]), id) end
  if known[2] then redis.call('ZREM', key('listed-of-login', known[2]), id) end
  redis.call('DEL', token)
end

local function revoked(kind, name, now) return counts(redis.call('ZSCORE', SET, kind .. ':' .. name), now) end

-- Forgets the entries with the earliest ends, by the clock of the server.
local function sweep()
  local over = clock() - LEEWAY - SKEW
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', SET, '-inf', whole(over), 'LIMIT', 0, SWEEP)) do
    redis.call('ZREM', SET, name)
    redis.call('HDEL', CUT, name, 'epoch:' .. name)
  end
end

-- The end of the stream. Data of another program in its place is removed: the set is complete.
local function last_told()
  local last = redis.pcall('XREVRANGE', TOLD, '+', '-', 'COUNT', 1)
  if last.err then redis.call('DEL', TOLD) end
  return last[1] and last[1][1] or '0-0'
end

-- The later end and the later cut-off count when something is revoked twice. `of` has the subject of a token or a login, or
-- what a cut-off is: `before`, `epoch`, and whether it is `instead` of the revocations of its subject. An entry of the stream
-- names the one before it, so that a reader sees where some are missing.
local function revoke(kind, name, ends, of)
  local id, before = kind .. ':' .. name, of.before
  local known = tonumber(redis.call('ZSCORE', SET, id) or 0)
  -- The nodes know it. A caller who repeats a logout without end must not fill the stream.
  if not before and known >= ends then return sweep() end
  ends = math.max(ends, known)
  if before then before = math.max(before, tonumber(redis.call('HGET', CUT, id) or 0)) end
  local function tell(call)
    return call('XADD', TOLD, 'MAXLEN', '~', BEHIND, '*', 'after', last_told(), 'kind', kind, 'name', name,
      'ends', whole(ends), 'before', whole(before or 0), 'epoch', whole(of.epoch or 0), 'subject', of.subject or '',
      'instead', of.instead and 1 or 0)
  end
  if tell(redis.pcall).err then
    -- Another program has written the last possible entry. Readers see that the stream starts again.
    redis.call('DEL', TOLD)
    tell(redis.call)
  end
  -- Last: where nothing could be told, nothing is known here that a repeated call would not tell.
  redis.call('ZADD', SET, whole(ends), id)
  if before then redis.call('HSET', CUT, id, whole(before), 'epoch:' .. id, whole(of.epoch)) end
  sweep()
end

-- The epoch in which a login began, if its name has the mark of this store.
local function began(name, line)
  local of, epoch = string.match(name, '^.*%.([^.]*)%.(%d+)$')
  return of and of == line and tonumber(epoch)
end

-- The line, which is `new` if there is none yet, and the epoch. Writes nothing if nothing changes.
-- A server loses epochs that it has given out with a primary before its replica has them, and with the last second of a
-- file. Given out again, they would be those of other cut-offs. So a server with another history than the one that
-- counted goes on far beyond, at the time in microseconds: a lost epoch may be beyond, too, and no server counts on so fast
-- as time goes on. If its clock is behind the epoch that it has, it cannot tell.
local function era(new)
  local history = string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)') or ''
  local known = redis.call('HMGET', ERA, 'line', 'epoch', 'history')
  local line, epoch = known[1] or new, tonumber(known[2] or 0)
  if known[1] ~= line or known[3] ~= history then
    write()
    if known[3] ~= history and (known[1] or known[2]) then
      local time = redis.call('TIME')
      local micros = tonumber(time[1]) * 1000000 + tonumber(time[2])
      epoch = micros > epoch and micros or epoch + JUMP
      redis.call('HSET', ERA, 'epoch', whole(epoch))
    end
    redis.call('HSET', ERA, 'history', history)
    if line then redis.call('HSET', ERA, 'line', line) end
  end
  return line, epoch
end

-- Starts a new epoch; everything of the subject from before is revoked. The cut-off stands for the logins of earlier epochs,
-- and, if it is `instead` of the revocations of the subject, for tokens that were revoked by name: those were issued
-- before its moment. Sessions of other issuers go on beyond it and stay revoked by name.
-- Returns the epoch, and when the cut-off ends.
local function cut(subject, ends, before, instead)
  local line = era()
  write()
  local epoch = redis.call('HINCRBY', ERA, 'epoch', 1)
  if subject == EVERYBODY then
    redis.call('HSET', ERA, 'everybody', whole(epoch))
    ends = math.max(ends, tonumber(redis.call('HGET', ERA, 'access') or 0))
  else
    local logins, listed = key('logins', subject), key('listed-of-subject', subject)
    local revocations = key('revoked-of', subject)
    for _, id in ipairs(redis.call('ZRANGE', logins, 0, -1)) do
      ends = math.max(ends, tonumber(redis.call('HGET', key('login', id), 'access') or 0))
      redis.call('DEL', key('login', id))
    end
    for _, id in ipairs(redis.call('ZRANGE', listed, 0, -1)) do
      ends = math.max(ends, tonumber(redis.call('ZSCORE', listed, id)))
      unlist(id)
    end
    for _, id in ipairs(redis.call('ZRANGE', revocations, 0, -1)) do
      local kind, name = string.match(id, '^(%a+):(.*)$')
      local since = kind == 'family' and began(name, line)
      if since and since < epoch or kind == 'token' and instead then
        ends = math.max(ends, tonumber(redis.call('ZSCORE', SET, id) or 0))
        redis.call('ZREM', SET, id)
        redis.call('ZREM', revocations, id)
      end
    end
    redis.call('DEL', logins, listed)
  end
  revoke('subject', subject, ends, {before = before, epoch = epoch, instead = instead})
  return epoch, ends
end

-- Revokes a token or a login by name. If a subject has too many of those, one cut-off replaces them: then it returns
-- the epoch of that, else 0.
local function revoke_one(kind, name, subject, ends, now, most)
  if now >= ends + LEEWAY then return 0 end
  if subject ~= '' then
    local index, id = key('revoked-of', subject), kind .. ':' .. name
    -- What is revoked already may end later, and takes a share until then.
    ends = math.max(ends, tonumber(redis.call('ZSCORE', SET, id) or 0))
    redis.call('ZREMRANGEBYSCORE', index, '-inf', whole(now - LEEWAY))
    if not redis.call('ZSCORE', index, id) and redis.call('ZCARD', index) >= most then
      return cut(subject, ends, now + LEEWAY, true)
    end
    note(index, ends, id, ends)
  end
  revoke(kind, name, ends, {subject = subject})
  return 0
end

-- Ends a login, with its listed tokens. Its refresh tokens are unknown from now on, so the revocation lasts as long as
-- access tokens do. Returns what `revoke_one` does, and when the revocation ends.
local function revoke_family(name, subject, ends, now, most)
  local login, listed = key('login', name), key('listed-of-login', name)
  local known = redis.call('HMGET', login, 'access', 'subject')
  if known[1] and known[2] then
    ends, subject = math.max(ends, tonumber(known[1])), known[2]
    redis.call('DEL', login)
    redis.call('ZREM', key('logins', subject), name)
  end
  for _, id in ipairs(redis.call('ZRANGE', listed, 0, -1)) do unlist(id) end
  redis.call('DEL', listed)
  return revoke_one('family', name, subject, ends, now, most), ends
end

-- Whether a cut-off covers an epoch.
local function covered(subject, epoch, now)
  if not revoked('subject', subject, now) then return false end
  local since = redis.call('HGET', CUT, 'epoch:subject:' .. subject)
  -- Without one, another program has changed our keys.
  return not since or tonumber(epoch or 0) < tonumber(since)
end

-- Whether a cut-off was made after the name of a login was marked. A name without a mark is never overtaken.
local function outrun(subject, name, now)
  local epoch = began(name, redis.call('HGET', ERA, 'line'))
  return epoch and (covered(EVERYBODY, epoch, now) or covered(subject, epoch, now))
end

-- A login, or a listed token, from before the last cut-off of all never lives again, though that cut-off ends before it.
local function lives(ends, epoch, now)
  return counts(ends, now) and tonumber(epoch or 0) >= tonumber(redis.call('HGET', ERA, 'everybody') or 0)
end

-- Where a refresh token stands with its login: 0 for current, 1 for retried, 2 for replaced, 3 if the login is unknown; and
-- the login. `rotated` and the time of a retry are of the clock of the server: the clocks of two guards may be apart by more
-- than a grace, and then reuse would seem to be a retry, or a retry reuse.
local function standing(name, presented, grace, now)
  local login = {}
  local fields = {'ends', 'current', 'previous', 'rotated', 'access', 'subject', 'endpoint', 'epoch'}
  for i, value in ipairs(redis.call('HMGET', name, unpack(fields))) do login[fields[i]] = value end
  if not lives(login.ends, login.epoch, now) then return 3, login end
  if login.current == presented then return 0, login end
  -- After a failover the clock may be behind.
  local is_recent = grace > 0 and math.abs(clock() - tonumber(login.rotated or 0)) < grace
  return (login.previous == presented and is_recent) and 1 or 2, login
end
