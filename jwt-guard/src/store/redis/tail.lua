-- Returns the end of the stream, the time, and the line, or '' if there is none yet, with the epoch.
local time, era = redis.call('TIME'), redis.call('HMGET', ERA, 'line', 'epoch')
return {last_told(), tonumber(time[1]) * 1000, era[1] or '', tonumber(era[2] or 0)}
