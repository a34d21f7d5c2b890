-- KEYS: listed. ARGV: now, id, ends, subject or '', how many revocations a subject may have. Returns 0, or the epoch of a cut-off,
-- when the revocation ends, and its name.
unlist(ARGV[2])
local ends = tonumber(ARGV[3])
return {revoke_one('token', ARGV[2], ARGV[4], ends, tonumber(ARGV[1]), tonumber(ARGV[5])), ends, ARGV[2]}
