-- ARGV: a line, if there is none. Returns the line and the epoch.
if is_replica() then return REPLICA end
return {era(ARGV[1])}
