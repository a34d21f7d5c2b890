-- KEYS: login. ARGV: now, id, presented, next, ends, grace, and `first` or `again`.
-- Returns 0 for fresh, 1 for retried, 2 for reused, 3 for unknown.
local now = tonumber(ARGV[1])
local login = redis.call('HMGET', KEYS[1], 'ends', 'current', 'previous', 'rotated')
if not counts(login[1], now) then return 3 end
local ends = math.max(tonumber(login[1]), tonumber(ARGV[5]))
if login[2] == ARGV[3] then
  redis.call('HSET', KEYS[1], 'current', ARGV[4], 'previous', ARGV[3], 'rotated', ARGV[1], 'ends', whole(ends))
  ending(KEYS[1], ends)
  return 0
end
-- The answer to the same call was lost. The name of the next token is random: nobody else can have called.
if ARGV[7] == 'again' and login[2] == ARGV[4] and login[3] == ARGV[3] then return 0 end
if login[3] == ARGV[3] and now < tonumber(login[4]) + tonumber(ARGV[6]) then return 1 end
revoke_family(KEYS[1], ARGV[2], ends)
return 2
