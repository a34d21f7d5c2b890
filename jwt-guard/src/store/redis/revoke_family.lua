-- KEYS: login. ARGV: now, id, ends, subject or '', how many revocations a subject may have; and, for the login of one
-- issuer, how the subjects of that issuer begin, and the name of the revocation if the login is not here. Another issuer
-- that names a login of ours ends none of it. Returns 0, or the epoch of a cut-off, when the revocation ends, its name.
local name, start = ARGV[2], ARGV[6]
if start then
  local subject = string.gsub(redis.call('HGET', KEYS[1], 'subject') or '', '^c', '')
  if string.sub(subject, 1, #start) ~= start then name = ARGV[7] end
end
local epoch, ends = revoke_family(name, ARGV[4], tonumber(ARGV[3]), tonumber(ARGV[1]), tonumber(ARGV[5]))
return {epoch, ends, name}
