-- Returns where the stream ends, and the time.
local time = redis.call('TIME')
return {last_told(), tonumber(time[1]) * 1000}
