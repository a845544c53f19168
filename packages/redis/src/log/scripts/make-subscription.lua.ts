import { lua } from '../../connection/lua-script.js';

export const makeSubscription = lua`
-- Makes a subscription, or finds it as it is; what it wants is what it wanted last. What is there already is not written
-- again: a server that is full must let in those who make room.
--
-- KEYS[1]  what the keys of the log begin with; all lie in its slot:
--          :subscriptions             hash from a subscription to its kind
--          :entries:<subscription>    stream of what a subscription has not acknowledged
--          :names:<subscription>      set of the wire names it wants
--          :wants:<wire name>         set of the event subscriptions that want a name
--          :kept                      list of the latest events; see the script that appends
--          :epoch                     another text each time that the server lost everything
-- ARGV[1]  subscription
-- ARGV[2]  'event' or 'command': a queue gets its commands by its own id, without being wanted
-- ARGV[3]  '1' if it gets what is kept when it is made
-- ARGV[4]  the epoch in which the asker found it before, '' if it did not. If that is over, the server lost it, and it
--          gets what is kept: all of that was stored since
-- ARGV[5]  what a new epoch is called
-- ARGV[6…] wire names
--
-- Returns the epoch.
local prefix, id, kind = KEYS[1], ARGV[1], ARGV[2]
local entries = prefix .. ':entries:' .. id
local isThere = false
if redis.call('EXISTS', entries) == 1 then
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', entries)) do
    -- Each begins with its name.
    if group[2] == 'catga' then isThere = true end
  end
end
local epoch = redis.call('GET', prefix .. ':epoch')
if not epoch then
  epoch = ARGV[5]
  redis.call('SET', prefix .. ':epoch', epoch)
end
if not isThere then redis.call('XGROUP', 'CREATE', entries, 'catga', '0', 'MKSTREAM') end
if redis.call('HGET', prefix .. ':subscriptions', id) ~= kind then
  redis.call('HSET', prefix .. ':subscriptions', id, kind)
end
local names = prefix .. ':names:' .. id
local wanted = {}
for at = 6, #ARGV do wanted[ARGV[at]] = true end
for _, name in ipairs(redis.call('SMEMBERS', names)) do
  if not wanted[name] then
    redis.call('SREM', names, name)
    redis.call('SREM', prefix .. ':wants:' .. name, id)
  end
end
local function add(set, member)
  if redis.call('SISMEMBER', set, member) == 0 then redis.call('SADD', set, member) end
end
for name in pairs(wanted) do
  add(names, name)
  if kind == 'event' then add(prefix .. ':wants:' .. name, id) end
end
if isThere or kind ~= 'event' or ARGV[3] ~= '1' and (ARGV[4] == '' or ARGV[4] == epoch) then return epoch end
for _, event in ipairs(redis.call('LRANGE', prefix .. ':kept', 0, -1)) do
  local due, nameLength, keyLength, nameAt = string.match(event, '^(%d+) (%d+) (%-?%d+) ()')
  local keyAt = nameAt + nameLength
  if wanted[string.sub(event, nameAt, keyAt - 1)] then
    local messageAt = keyAt + math.max(0, tonumber(keyLength))
    local fields = {'m', string.sub(event, messageAt)}
    if keyLength ~= '-1' then fields[3], fields[4] = 'k', string.sub(event, keyAt, messageAt - 1) end
    if due ~= '0' then
      fields[#fields + 1] = 'd'
      fields[#fields + 1] = due
    end
    redis.call('XADD', entries, '*', unpack(fields))
  end
end
return epoch
`;
