-- KEYS: subject. ARGV: now. Returns the cut-off, or nothing.
local cut = redis.call('HMGET', KEYS[1], 'ends', 'before')
if counts(cut[1], tonumber(ARGV[1])) then return cut[2] end
return false
