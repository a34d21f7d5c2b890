-- ARGV: now, when the token was issued or '', subject, line and epoch of its login or '', then kind and name of what else may
-- revoke it. Returns 0 for good, 1 for revoked.
if is_replica() then return REPLICA end
local now = tonumber(ARGV[1])
for i = 6, #ARGV, 2 do
  if revoked(ARGV[i], ARGV[i + 1], now) then return 1 end
end
local era = redis.call('HMGET', ERA, 'line', 'epoch')
-- A name of an epoch to come would outlast cut-offs that are not made yet.
local is_ours = ARGV[4] ~= '' and ARGV[4] == era[1] and tonumber(ARGV[5]) <= tonumber(era[2] or 0)
for _, subject in ipairs({EVERYBODY, ARGV[3]}) do
  if is_ours then
    if covered(subject, ARGV[5], now) then return 1 end
  elseif revoked('subject', subject, now) then
    local before = redis.call('HGET', CUT, 'subject:' .. subject)
    -- Without a cut-off, another program has changed our keys.
    if not before or ARGV[2] == '' or tonumber(ARGV[2]) < tonumber(before) then return 1 end
  end
end
return 0
