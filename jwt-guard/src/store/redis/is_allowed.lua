-- KEYS: listed. ARGV: now, id. Returns 0 for good, 1 for revoked.
if is_replica() then return REPLICA end
local now = tonumber(ARGV[1])
if counts(redis.call('HGET', KEYS[1], 'ends'), now) and not revoked('token', ARGV[2], now) then return 0 end
return 1
