import { lua } from '../../connection/lua-script.js';

export const giveBackEntries = lua`
-- Gives back what a consumer took and did not settle: of one that leaves as the same attempt, of those whose lease has
-- lapsed as the next one.
--
-- KEYS[1]  stream of the queue; see take-entries
-- KEYS[2]  its delayed entries
-- KEYS[3]  lease of the calling consumer: if it has expired, there was an outage, and other expired leases prove nothing
-- KEYS[4…] lease of each of the consumers
-- ARGV[1]  channel that wakes the consumers of the queue
-- ARGV[2]  maximum number of entries to give back
-- ARGV[3]  1 if the consumer leaves; 0 for consumers whose lease has expired
-- ARGV[4…] the consumers
-- Returns the number of entries given back; the maximum if there may be more.
local entries, back, most = KEYS[1], KEYS[2], tonumber(ARGV[2])
local isLeaving = ARGV[3] == '1'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local given = 0
if not isLeaving and redis.call('EXISTS', KEYS[3]) == 0 then return 0 end
for at = 4, #KEYS do
  local consumer = ARGV[at]
  if (isLeaving or redis.call('EXISTS', KEYS[at]) == 0) and given < most then
    local pending = redis.call('XPENDING', entries, 'catga', '-', '+', most - given, consumer)
    for _, each in ipairs(pending) do
      local attempt = isLeaving and each[4] or each[4] + 1
      redis.call('XCLAIM', entries, 'catga', '-', 0, each[1], 'RETRYCOUNT', attempt, 'JUSTID')
      redis.call('ZADD', back, now, each[1])
      given = given + 1
    end
    if given < most then redis.call('XGROUP', 'DELCONSUMER', entries, 'catga', consumer) end
  end
end
if given > 0 then redis.call('PUBLISH', ARGV[1], '') end
return given
`;
