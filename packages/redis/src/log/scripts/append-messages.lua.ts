import { lua } from '../../connection/lua-script.js';

export const appendMessages = lua`
-- Stores messages for every subscription that wants them, unless they were stored before. A server that is full refuses the
-- first write, and so all of them. What cannot be stored for somebody, since a key is not what it should be, does not count
-- as stored: it may be appended again.
--
-- KEYS[1]  what the keys of the log begin with; all lie in its slot:
--          :seen:<identity>           a message that was stored, for the deduplication window
--          :wants:<wire name>         set of the event subscriptions that want a name
--          :history                   stream of the latest events: n wire name, and the fields of an entry
--          :entries:<subscription>    stream of what a subscription has not acknowledged: m message, k key, d due
-- ARGV[1]  deduplication window in milliseconds; 0 for none
-- ARGV[2]  what the channels begin with on which consumers are woken
-- ARGV[3]  how many of the latest events are kept for subscriptions that begin with them; 0 for none
-- then for each message
--   +0  its identity, '' if it is not deduplicated
--   +1  the only subscription that gets it, '' for all that want it
--   +2  wire name
--   +3  milliseconds before which it is not delivered
--   +4  its key with '=' before it, '' if it has none
--   +5  the message
--
-- Returns for each message 0, or 1 if it was stored before.
local prefix = KEYS[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local answers = {}
local woken = {}
for at = 4, #ARGV, 6 do
  local identity, target, delay, key = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 3]), ARGV[at + 4]
  local isNew = identity == '' or ARGV[1] == '0'
    or redis.call('SET', prefix .. ':seen:' .. identity, '', 'NX', 'PX', ARGV[1])
  answers[#answers + 1] = isNew and 0 or 1
  if isNew then
    local fields = {'m', ARGV[at + 5]}
    if key ~= '' then
      fields[3] = 'k'
      fields[4] = string.sub(key, 2)
    end
    if delay > 0 then
      fields[#fields + 1] = 'd'
      fields[#fields + 1] = string.format('%.0f', now + delay)
    end
    if target == '' and ARGV[3] ~= '0' then
      redis.call('XADD', prefix .. ':history', 'MAXLEN', '~', ARGV[3], '*', 'n', ARGV[at + 2], unpack(fields))
    end
    local wanting = target ~= '' and {target} or redis.call('SMEMBERS', prefix .. ':wants:' .. ARGV[at + 2])
    for _, subscription in ipairs(wanting) do
      local added = redis.pcall('XADD', prefix .. ':entries:' .. subscription, '*', unpack(fields))
      if type(added) == 'table' then
        redis.call('DEL', prefix .. ':seen:' .. identity)
        return added
      end
      woken[subscription] = true
    end
  end
end
for subscription in pairs(woken) do redis.call('PUBLISH', ARGV[2] .. subscription, '') end
return answers
`;
