-- KEYS: login. ARGV: now, id, ends, subject or '', how many revocations a subject may have. Returns 0, or the epoch of a cut-off,
-- and when the revocation ends.
return {revoke_family(ARGV[2], ARGV[4], tonumber(ARGV[3]), tonumber(ARGV[1]), tonumber(ARGV[5]))}
