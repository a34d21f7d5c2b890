-- KEYS: login, family, stream, horizon. ARGV: id, ends.
revoke_family(KEYS[1], KEYS[2], KEYS[3], KEYS[4], ARGV[1], tonumber(ARGV[2]))
return 0
