-- KEYS: login. ARGV: now, id, grace. Returns 0 for current, 1 for retried, 2 for replaced, 3 for unknown, and the endpoint.
if is_replica() then return REPLICA end
local now = tonumber(ARGV[1])
local login = redis.call('HMGET', KEYS[1], 'ends', 'current', 'previous', 'rotated', 'endpoint', 'epoch')
if not lives(login[1], login[6], now) then return {3, ''} end
if login[2] == ARGV[2] then return {0, ''} end
if login[3] == ARGV[2] and now < tonumber(login[4]) + tonumber(ARGV[3]) then return {1, ''} end
return {2, login[5] or ''}
