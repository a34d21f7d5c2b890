-- ARGV: subject, ends, before.
revoke('subject', ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]))
return 0
