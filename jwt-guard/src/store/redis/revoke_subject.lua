-- ARGV: subject, ends, before. Returns the epoch.
return cut(ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]))
