import { lua } from '../../connection/lua-script.js';

export const giveBackEntries = lua`
-- Gives back what a consumer took and did not settle: of one that leaves as the same attempt, of those whose lease has
-- lapsed as the next one.
--
-- KEYS[1]  what the keys of the log begin with; see the script that takes entries. In its slot also:
--          :alive:<consumer>          the lease of a consumer
-- ARGV[1]  subscription
-- ARGV[2]  channel on which the consumers of the subscription are woken
-- ARGV[3]  how many entries it gives back at most
-- ARGV[4]  the consumer that leaves; '' for all whose lease has lapsed
-- ARGV[5]  the consumer that asks: if its own lease has lapsed, the server stood still, and nothing is known of others
--
-- Returns how many entries it gave back; as many as it may at most, if there may be more.
local prefix, id, most = KEYS[1], ARGV[1], tonumber(ARGV[3])
local entries, back = prefix .. ':entries:' .. id, prefix .. ':back:' .. id
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local given = 0
if ARGV[4] == '' and redis.call('EXISTS', prefix .. ':alive:' .. ARGV[5]) == 0 then return 0 end
for _, about in ipairs(redis.call('XINFO', 'CONSUMERS', entries, 'catga')) do
  local consumer
  for at = 1, #about, 2 do if about[at] == 'name' then consumer = about[at + 1] end end
  local isLeaving = consumer == ARGV[4]
  local hasLapsed = ARGV[4] == '' and consumer ~= '-' and redis.call('EXISTS', prefix .. ':alive:' .. consumer) == 0
  if (isLeaving or hasLapsed) and given < most then
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
if given > 0 then redis.call('PUBLISH', ARGV[2], '') end
return given
`;
