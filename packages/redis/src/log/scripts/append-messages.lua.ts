import { lua } from '../../connection/lua-script.js';

export const appendMessages = lua`
-- Stores messages for every subscription that wants them, unless they were stored before. A server that is full refuses the
-- first write, and so all of them. What cannot be stored for somebody, since a key is not what it should be, does not count
-- as stored: it may be appended again.
--
-- KEYS[1]  what the keys of the log begin with; all lie in its slot:
--          :seen:<identity>           a message that was stored, for the deduplication window
--          :wants:<wire name>         set of the event subscriptions that want a name
--          :kept                      list of the latest events: '<due or 0> <length of the wire name> <length of the key
--                                     or -1> <wire name><key><message>'
--          :entries:<subscription>    stream of what a subscription has not acknowledged: m message, k key, d due
-- ARGV[1]  deduplication window in milliseconds; 0 for none
-- ARGV[2]  what the channels begin with on which consumers are woken
-- ARGV[3]  how many of the latest events are kept for subscriptions that begin with them; 0 for none
-- then for each message
--   +0  its identity, '' if it is not deduplicated
--   +1  the only subscription that gets it with '>' before it; or its wire name with '*' before it, for all that want it
--   +2  '' if it has no key and may be delivered at once; else milliseconds before which it is not delivered, ' ', and its
--       key with '=' before it or nothing
--   +3  the message
--
-- Returns for each message 0, or 1 if it was stored before.
local prefix, window, keeps = KEYS[1], ARGV[1], tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local answers, woken, kept, wanting = {}, {}, {}, {}

-- The streams of those that get it; looked up once for each that is said.
local function streamsOf(whom)
  local found = {}
  local subscriptions = {string.sub(whom, 2)}
  if string.sub(whom, 1, 1) == '*' then
    subscriptions = redis.call('SMEMBERS', prefix .. ':wants:' .. subscriptions[1])
  end
  for at, subscription in ipairs(subscriptions) do
    found[at] = prefix .. ':entries:' .. subscription
    woken[subscription] = true
  end
  wanting[whom] = found
  return found
end

local function keep()
  if #kept == 0 then return end
  redis.call('RPUSH', prefix .. ':kept', unpack(kept))
  redis.call('LTRIM', prefix .. ':kept', -keeps, -1)
end

for at = 4, #ARGV, 4 do
  local identity, whom, message = ARGV[at], ARGV[at + 1], ARGV[at + 3]
  local isNew = identity == '' or window == '0'
    or redis.call('SET', prefix .. ':seen:' .. identity, '', 'NX', 'PX', window)
  answers[#answers + 1] = isNew and 0 or 1
  if isNew then
    local fields, due, key = {'m', message}, '0', nil
    if ARGV[at + 2] ~= '' then
      local delay, about = string.match(ARGV[at + 2], '^(%d+) (.*)$')
      if about ~= '' then
        key = string.sub(about, 2)
        fields[3], fields[4] = 'k', key
      end
      if delay ~= '0' then
        due = string.format('%.0f', now + delay)
        fields[#fields + 1] = 'd'
        fields[#fields + 1] = due
      end
    end
    if keeps > 0 and string.sub(whom, 1, 1) == '*' then
      local name = string.sub(whom, 2)
      local head = due .. ' ' .. #name .. ' ' .. (key and #key or -1) .. ' '
      kept[#kept + 1] = head .. name .. (key or '') .. message
    end
    for _, stream in ipairs(wanting[whom] or streamsOf(whom)) do
      local added = redis.pcall('XADD', stream, '*', unpack(fields))
      if type(added) == 'table' then
        redis.call('DEL', prefix .. ':seen:' .. identity)
        keep()
        return added
      end
    end
  end
end
keep()
for subscription in pairs(woken) do redis.call('PUBLISH', ARGV[2] .. subscription, '') end
return answers
`;
