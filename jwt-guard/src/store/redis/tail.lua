-- Returns the end of the stream, and the time.
local time = redis.call('TIME')
return {last_told(), tonumber(time[1]) * 1000}
