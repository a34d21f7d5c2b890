-- KEYS: subject, then token, family, or both, where the token has them. ARGV: now, and when it was issued, if it says.
-- Returns 0 for good, 1 for revoked.
local now = tonumber(ARGV[1])
for i = 2, #KEYS do
  if counts(redis.call('GET', KEYS[i]), now) then return 1 end
end
local cut = redis.call('HMGET', KEYS[1], 'ends', 'before')
if counts(cut[1], now) and not (ARGV[2] and tonumber(ARGV[2]) >= tonumber(cut[2])) then return 1 end
return 0
