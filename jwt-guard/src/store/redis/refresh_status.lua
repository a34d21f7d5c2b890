-- KEYS: login. ARGV: now, id, grace. Returns 0 for current, 1 for retried, 2 for replaced, 3 for unknown, and the endpoint.
if is_replica() then return REPLICA end
local stands, login = standing(KEYS[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[1]))
return {stands, stands == 2 and login.endpoint or ''}
