import { lua } from '../../connection/lua-script.js';

export const makeSubscription = lua`
-- Makes a subscription, or finds it as it is; what it wants is what it wanted last.
--
-- KEYS[1]  what the keys of the log begin with; all lie in its slot:
--          :subscriptions             hash from a subscription to its kind
--          :entries:<subscription>    stream of what a subscription has not acknowledged
--          :names:<subscription>      set of the wire names it wants
--          :wants:<wire name>         set of the event subscriptions that want a name
--          :kept                      list of the latest events; see the script that appends
-- ARGV[1]  subscription
-- ARGV[2]  'event' or 'command': a queue gets its commands by its own id, without being wanted
-- ARGV[3]  '1' if it gets what is kept when it is made
-- ARGV[4…] wire names
--
-- Returns 1 if it was made, 0 if it was there.
local prefix, id, kind = KEYS[1], ARGV[1], ARGV[2]
local entries = prefix .. ':entries:' .. id
local made = redis.pcall('XGROUP', 'CREATE', entries, 'catga', '0', 'MKSTREAM')
if made.err and not string.find(made.err, 'BUSYGROUP') then return made end
redis.call('HSET', prefix .. ':subscriptions', id, kind)
local names = prefix .. ':names:' .. id
local wanted = {}
for at = 4, #ARGV do wanted[ARGV[at]] = true end
for _, name in ipairs(redis.call('SMEMBERS', names)) do
  if not wanted[name] then
    redis.call('SREM', names, name)
    redis.call('SREM', prefix .. ':wants:' .. name, id)
  end
end
for name in pairs(wanted) do
  redis.call('SADD', names, name)
  if kind == 'event' then redis.call('SADD', prefix .. ':wants:' .. name, id) end
end
if made.err then return 0 end
if ARGV[3] == '1' then
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
end
return 1
`;
