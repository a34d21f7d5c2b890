-- ARGV: a line, if there is none. Returns the line and the epoch.
redis.call('HSETNX', ERA, 'line', ARGV[1])
return {redis.call('HGET', ERA, 'line'), tonumber(redis.call('HGET', ERA, 'epoch') or 0)}
