-- KEYS: login. ARGV: id, ends.
revoke_family(KEYS[1], ARGV[1], tonumber(ARGV[2]))
return 0
