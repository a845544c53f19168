import { lua } from '../../connection/lua-script.js';

export const appendMessages = lua`
-- Stores commands in their queues, except those that were stored before. A full server refuses the first write, and so all
-- of them. A command that cannot be stored, because a key has another type, does not count as stored.
-- KEYS[1]  set of all queues with stored commands
-- then for each command
--   +0  mark that it was stored, for the deduplication window
--   +1  stream of the unacknowledged commands of its queue: m message, d due
-- ARGV[1]  deduplication window in milliseconds; 0 for none
-- ARGV[2]  prefix of the channels that wake consumers
-- then for each command
--   +0  its queue
--   +1  delay in milliseconds
--   +2  the message
--
-- Returns for each command 0, or 1 if it is a duplicate.
local window = ARGV[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local answers, woken = {}, {}
for command = 2, #KEYS, 2 do
  local seen, entries = KEYS[command], KEYS[command + 1]
  local at = 3 + (command - 2) / 2 * 3
  local queue, delay, message = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local isNew = window == '0' or redis.call('SET', seen, '', 'NX', 'PX', window)
  answers[#answers + 1] = isNew and 0 or 1
  if isNew then
    local fields = {'m', message}
    if delay ~= '0' then fields = {'m', message, 'd', string.format('%.0f', now + delay)} end
    local added = redis.pcall('XADD', entries, '*', unpack(fields))
    if type(added) == 'table' then
      redis.call('DEL', seen)
      return added
    end
    woken[queue] = true
  end
end
for queue in pairs(woken) do
  redis.call('SADD', KEYS[1], queue)
  redis.call('PUBLISH', ARGV[2] .. queue, '')
end
return answers
`;
