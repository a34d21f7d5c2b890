-- KEYS: listed. ARGV: now, id. Returns 0 for good, 1 for revoked.
if is_replica() then return REPLICA end
local now, token = tonumber(ARGV[1]), redis.call('HMGET', KEYS[1], 'ends', 'subject', 'family', 'epoch')
if not lives(token[1], token[4], now) or revoked('token', ARGV[2], now) then return 1 end
-- A login may have ended before the token was listed.
local family = token[3]
if family and (revoked('family', family, now) or outrun(token[2], family, now)) then return 1 end
return 0
