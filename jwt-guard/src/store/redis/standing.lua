-- ARGV: now, when the token was issued or '', subject, then kind and name of what else may revoke it.
-- Returns 0 for good, 1 for revoked.
local now = tonumber(ARGV[1])
for i = 4, #ARGV, 2 do
  if revoked(ARGV[i], ARGV[i + 1], now) then return 1 end
end
if revoked('subject', ARGV[3], now) then
  local before = redis.call('HGET', CUT, 'subject:' .. ARGV[3])
  -- Without a cut-off somebody else has changed our keys.
  if not before or ARGV[2] == '' or tonumber(ARGV[2]) < tonumber(before) then return 1 end
end
return 0
