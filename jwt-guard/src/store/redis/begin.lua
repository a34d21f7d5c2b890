-- KEYS: login. ARGV: now, id, token, ends. Returns 0, 1 if the login is known, 2 if it is revoked.
local now = tonumber(ARGV[1])
if revoked('family', ARGV[2], now) then return 2 end
local known = redis.call('HMGET', KEYS[1], 'ends', 'current', 'previous')
if counts(known[1], now) then
  -- The same once more, by somebody who lost the answer.
  return (known[2] == ARGV[3] and not known[3]) and 0 or 1
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'current', ARGV[3], 'rotated', ARGV[1], 'ends', ARGV[4])
ending(KEYS[1], tonumber(ARGV[4]))
return 0
