-- KEYS: token, allowed, stream, horizon. ARGV: id, ends.
redis.call('DEL', KEYS[2])
tell(KEYS[3], KEYS[4], 'token', ARGV[1], mark(KEYS[1], tonumber(ARGV[2])))
return 0
