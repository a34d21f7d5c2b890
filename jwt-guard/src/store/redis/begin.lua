-- KEYS: login. ARGV: now, id, token, ends, access, subject, how many logins and revocations a subject may have. Returns 0, 1 if
-- the login is known, 2 if it is revoked, 3 if it was outrun; how many of the subject had to end; and 0, or the epoch of a
-- cut-off that replaced revocations of the subject.
local now, subject, most = tonumber(ARGV[1]), ARGV[6], tonumber(ARGV[7])
if revoked('family', ARGV[2], now) then return {2, 0, 0} end
local known = redis.call('HMGET', KEYS[1], 'ends', 'current', 'previous', 'epoch')
if lives(known[1], known[4], now) then
  -- The same call again, by a caller that lost the answer.
  return {(known[2] == ARGV[3] and not known[3]) and 0 or 1, 0, 0}
end
local index, ended, cut_off = key('logins', subject), 0, 0
if redis.call('ZCARD', index) >= most then
  for _, id in ipairs(redis.call('ZRANGE', index, 0, -1)) do
    local login = redis.call('HMGET', key('login', id), 'ends', 'epoch')
    if not lives(login[1], login[2], now) then redis.call('ZREM', index, id) end
  end
end
while redis.call('ZCARD', index) >= most do
  local first = redis.call('ZRANGE', index, 0, 0)[1]
  cut_off = math.max(cut_off, (revoke_family(first, subject, 0, now, tonumber(ARGV[8]))))
  redis.call('ZREM', index, first)
  ended = ended + 1
end
if outrun(subject, ARGV[2], now) then return {3, ended, cut_off} end
-- A server without memory refuses this, unless another login had to go.
redis.call('HSET', KEYS[1], 'current', ARGV[3], 'ends', ARGV[4], 'access', ARGV[5], 'subject', subject,
  'epoch', redis.call('HGET', ERA, 'epoch') or '0')
redis.call('HDEL', KEYS[1], 'previous', 'rotated', 'endpoint')
ending(KEYS[1], tonumber(ARGV[4]))
issued_until(tonumber(ARGV[5]))
note(index, now, ARGV[2], tonumber(ARGV[4]))
return {0, ended, cut_off}
