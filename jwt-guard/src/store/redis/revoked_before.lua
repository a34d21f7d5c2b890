-- ARGV: now, subject. Returns the cut-off, or nothing.
if revoked('subject', ARGV[2], tonumber(ARGV[1])) then return redis.call('HGET', CUT, 'subject:' .. ARGV[2]) end
return false
