-- KEYS: allowed. ARGV: ends.
mark(KEYS[1], tonumber(ARGV[1]))
return 0
