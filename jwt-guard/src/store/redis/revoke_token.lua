-- KEYS: allowed. ARGV: id, ends.
redis.call('DEL', KEYS[1])
revoke('token', ARGV[1], tonumber(ARGV[2]))
return 0
