-- KEYS: login. ARGV: now, id, presented, next, ends, grace, `first` or `again`, endpoint or '', access, an access token that
-- ends or '', and when it would have ended, how many revocations a subject may have.
-- Returns 0 for fresh, 1 for retried, 2 for reused, 3 for unknown; when a revocation of the login ends, or 0; and 0, or
-- the epoch of a cut-off that replaced revocations of the subject.
if is_replica() then return REPLICA end
local now, access, most = tonumber(ARGV[1]), tonumber(ARGV[9]), tonumber(ARGV[12])
local stands, login = standing(KEYS[1], ARGV[3], tonumber(ARGV[6]), now)
if stands == 3 then return {3, 0, 0} end
if stands == 0 then
  if ARGV[10] ~= '' then
    unlist(ARGV[10])
    -- If that was one revocation too many, the login has ended with all others of its subject.
    local cut_off = revoke_one('token', ARGV[10], login.subject, tonumber(ARGV[11]), now, most)
    if cut_off > 0 then return {3, 0, cut_off} end
  end
  local ends = math.max(tonumber(login.ends), tonumber(ARGV[5]))
  redis.call('HSET', KEYS[1], 'current', ARGV[4], 'previous', ARGV[3], 'rotated', whole(clock()), 'ends', whole(ends),
    'access', whole(math.max(tonumber(login.access), access)), 'endpoint', ARGV[8])
  ending(KEYS[1], ends)
  issued_until(access)
  note(key('logins', login.subject), now, ARGV[2], ends)
  return {0, 0, 0}
end
-- The answer to the same call was lost. The name of the next token is random, so no other call can have set it.
if ARGV[7] == 'again' and login.current == ARGV[4] and login.previous == ARGV[3] then return {0, 0, 0} end
if stands == 1 then return {1, 0, 0} end
local cut_off, ends = revoke_family(ARGV[2], login.subject, access, now, most)
return {2, ends, cut_off}
