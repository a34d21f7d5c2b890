-- KEYS: listed. ARGV: now, id, ends, subject, family or '', how many a subject may have.
-- Returns how many other tokens were removed for that.
local now, most, gone = tonumber(ARGV[1]), tonumber(ARGV[6]), 0
local ends = math.max(tonumber(ARGV[3]), tonumber(redis.call('HGET', KEYS[1], 'ends') or 0))
local of_subject, of_login = key('listed-of-subject', ARGV[4]), key('listed-of-login', ARGV[5])
-- A server without memory refuses this.
redis.call('HSET', KEYS[1], 'ends', whole(ends), 'subject', ARGV[4], 'epoch', redis.call('HGET', ERA, 'epoch') or '0')
ending(KEYS[1], ends)
issued_until(ends)
redis.call('ZREMRANGEBYSCORE', of_subject, '-inf', whole(now - LEEWAY))
while not redis.call('ZSCORE', of_subject, ARGV[2]) and redis.call('ZCARD', of_subject) >= most do
  local first = redis.call('ZRANGE', of_subject, 0, 0)[1]
  unlist(first)
  redis.call('ZREM', of_subject, first)
  gone = gone + 1
end
note(of_subject, ends, ARGV[2], ends)
if ARGV[5] ~= '' then
  redis.call('HSET', KEYS[1], 'family', ARGV[5])
  redis.call('ZREMRANGEBYSCORE', of_login, '-inf', whole(now - LEEWAY))
  note(of_login, ends, ARGV[2], ends)
  -- Of several subjects, a login would have the tokens of all their shares.
  while redis.call('ZCARD', of_login) > most do
    unlist(redis.call('ZPOPMIN', of_login)[1])
    gone = gone + 1
  end
end
return gone
