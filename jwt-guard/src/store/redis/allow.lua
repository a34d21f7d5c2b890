-- KEYS: allowed. ARGV: now, id, ends, subject, family or '', how many a subject may have.
-- Returns how many entries of the subject were removed.
local now, ends, index = tonumber(ARGV[1]), tonumber(ARGV[3]), key('issued', ARGV[4])
local gone = 0
-- A server without memory refuses this.
mark(KEYS[1], ends)
issued_until(ends)
redis.call('ZREMRANGEBYSCORE', index, '-inf', whole(now - LEEWAY))
while not redis.call('ZSCORE', index, ARGV[2]) and redis.call('ZCARD', index) >= tonumber(ARGV[6]) do
  local first = redis.call('ZRANGE', index, 0, 0)[1]
  redis.call('ZREM', index, first)
  redis.call('DEL', key('allowed', first))
  gone = gone + 1
end
note(index, ends, ARGV[2], ends)
if ARGV[5] ~= '' then
  redis.call('SADD', key('issued-of', ARGV[5]), ARGV[2])
  extend(key('issued-of', ARGV[5]), ends)
end
return gone
