-- KEYS: allowed. ARGV: now, id, ends, subject or '', how many revocations a subject may have. Returns 0, or the epoch of a cut-off.
redis.call('DEL', KEYS[1])
return revoke_one('token', ARGV[2], ARGV[4], tonumber(ARGV[3]), tonumber(ARGV[1]), tonumber(ARGV[5]))
