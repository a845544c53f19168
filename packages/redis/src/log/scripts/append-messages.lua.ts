import { lua } from '../../connection/lua-script.js';

export const appendMessages = lua`
-- Stores commands in their queues, except those that were stored before. A full server refuses the first write, and so all
-- of them. A command that cannot be stored, because a key has another type, does not count as stored.
--
-- KEYS[1]  key prefix of the log; in the same slot:
--          :seen:<identity>      a command that was stored, for the deduplication window
--          :entries:<queue>      stream of the unacknowledged commands of a queue: m message, d due
-- ARGV[1]  deduplication window in milliseconds; 0 for none
-- ARGV[2]  prefix of the channels that wake consumers
-- then for each command
--   +0  its identity
--   +1  its queue
--   +2  milliseconds before which it is not delivered
--   +3  the message
--
-- Returns for each command 0, or 1 if it is a duplicate.
local prefix, window = KEYS[1], ARGV[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local answers, woken = {}, {}
for at = 3, #ARGV, 4 do
  local seen, queue, delay = prefix .. ':seen:' .. ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local isNew = window == '0' or redis.call('SET', seen, '', 'NX', 'PX', window)
  answers[#answers + 1] = isNew and 0 or 1
  if isNew then
    local fields = {'m', ARGV[at + 3]}
    if delay ~= '0' then fields = {'m', ARGV[at + 3], 'd', string.format('%.0f', now + delay)} end
    local added = redis.pcall('XADD', prefix .. ':entries:' .. queue, '*', unpack(fields))
    if type(added) == 'table' then
      redis.call('DEL', seen)
      return added
    end
    woken[queue] = true
  end
end
for queue in pairs(woken) do redis.call('PUBLISH', ARGV[2] .. queue, '') end
return answers
`;
