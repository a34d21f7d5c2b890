-- ARGV: subject, ends, before. Returns the epoch, and when the cut-off ends.
return {cut(ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]))}
