import { lua } from '../../connection/lua-script.js';

export const settleEntries = lua`
-- Acknowledges entries, or gives them back. Entries that another consumer has taken over are left alone.
--
-- KEYS[1]  stream of the queue; see take-entries
-- KEYS[2]  its delayed entries
-- ARGV[1]  consumer
-- ARGV[2]  channel that wakes the consumers of the queue
-- ARGV[3]  number of entries of the consumer that are looked up at once, which is faster if most of them are settled; 0 for none
-- then for each entry
--   +0  '<entry>' to acknowledge it; else '<entry> <attempt> <delay>': the number of its next attempt, and milliseconds before
--       which it is not delivered again
-- Returns the number of settled entries.
local entries, back, consumer = KEYS[1], KEYS[2], ARGV[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local settled, wakes = 0, false
local done, mine = {}, {}
if ARGV[3] ~= '0' then
  for _, each in ipairs(redis.call('XPENDING', entries, 'catga', '-', '+', ARGV[3], consumer)) do mine[each[1]] = true end
end
for at = 4, #ARGV do
  local entry, attempt, delay = string.match(ARGV[at], '^(%S+) (%d+) (%d+)$')
  entry = entry or ARGV[at]
  if mine[entry] or redis.call('XPENDING', entries, 'catga', entry, entry, 1, consumer)[1] then
    settled = settled + 1
    if attempt then
      redis.call('XCLAIM', entries, 'catga', '-', 0, entry, 'RETRYCOUNT', attempt, 'JUSTID')
      redis.call('ZADD', back, string.format('%.0f', now + delay), entry)
      wakes = true
    else
      done[#done + 1] = entry
    end
  end
end
if #done > 0 then
  redis.call('XACK', entries, 'catga', unpack(done))
  redis.call('XDEL', entries, unpack(done))
end
if wakes then redis.call('PUBLISH', ARGV[2], '') end
return settled
`;
