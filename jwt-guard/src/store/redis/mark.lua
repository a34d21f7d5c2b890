-- ARGV: a line, if there is none. Returns the line and the epoch.
if is_replica() then return REPLICA end
if not redis.call('HGET', ERA, 'line') then redis.call('HSET', ERA, 'line', ARGV[1]) end
return {redis.call('HGET', ERA, 'line'), tonumber(redis.call('HGET', ERA, 'epoch') or 0)}
