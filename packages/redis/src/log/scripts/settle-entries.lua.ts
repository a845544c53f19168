import { lua } from '../../connection/lua-script.js';

export const settleEntries = lua`
-- Acknowledges entries, or gives them back. What another consumer has by now stays with it.
--
-- KEYS[1]  what the keys of the log begin with; see the script that takes entries
-- ARGV[1]  subscription
-- ARGV[2]  consumer
-- ARGV[3]  channel on which the consumers of the subscription are woken
-- then for each entry
--   +0  the entry
--   +1  its key with '=' before it, '' if it has none
--   +2  the number of its next attempt; 0 if it is done with
--   +3  milliseconds before which it is not delivered again
--
-- Returns how many of them the consumer had.
local prefix, id, consumer = KEYS[1], ARGV[1], ARGV[2]
local entries, back, busy = prefix .. ':entries:' .. id, prefix .. ':back:' .. id, prefix .. ':busy:' .. id
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local settled = 0
local wakes = false
local done = {}
for at = 4, #ARGV, 4 do
  local entry, attempt = ARGV[at], tonumber(ARGV[at + 2])
  local pending = redis.call('XPENDING', entries, 'catga', entry, entry, 1, consumer)
  if pending[1] then
    settled = settled + 1
    if attempt > 0 then
      redis.call('XCLAIM', entries, 'catga', '-', 0, entry, 'RETRYCOUNT', attempt, 'JUSTID')
      redis.call('ZADD', back, string.format('%.0f', now + ARGV[at + 3]), entry)
      wakes = true
    else
      done[#done + 1] = entry
      local key = ARGV[at + 1] ~= '' and string.sub(ARGV[at + 1], 2)
      if key and redis.call('HGET', busy, key) == entry then
        local after, due
        repeat
          local line = redis.call('LPOP', prefix .. ':line:' .. id .. ':' .. key)
          if line then after, due = string.match(line, '^(%d+%-%d+) (%d+)$') end
        until after or not line
        if after then
          redis.call('HSET', busy, key, after)
          redis.call('ZADD', back, string.format('%.0f', math.max(now, tonumber(due))), after)
          wakes = true
        else
          redis.call('HDEL', busy, key)
        end
      end
    end
  end
end
for at = 1, #done, 1000 do
  local last = math.min(at + 999, #done)
  redis.call('XACK', entries, 'catga', unpack(done, at, last))
  redis.call('XDEL', entries, unpack(done, at, last))
end
if wakes then redis.call('PUBLISH', ARGV[3], '') end
return settled
`;
