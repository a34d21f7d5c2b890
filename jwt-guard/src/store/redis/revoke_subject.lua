-- KEYS: subject, stream, horizon. ARGV: subject, ends, before.
local known = redis.call('HMGET', KEYS[1], 'ends', 'before')
local ends = math.max(tonumber(ARGV[2]), tonumber(known[1] or 0))
local before = math.max(tonumber(ARGV[3]), tonumber(known[2] or 0))
redis.call('HSET', KEYS[1], 'ends', whole(ends), 'before', whole(before))
ending(KEYS[1], ends)
tell(KEYS[2], KEYS[3], 'subject', ARGV[1], ends, before)
return 0
