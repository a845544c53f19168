import { lua } from '../../connection/lua-script.js';

export const makeSubscription = lua`
-- Makes a subscription, or finds it as it is; what it wants is what it wanted last.
--
-- KEYS[1]  what the keys of the log begin with; all lie in its slot:
--          :entries:<subscription>    stream of what a subscription has not acknowledged
--          :names:<subscription>      set of the wire names it wants
--          :wants:<wire name>         set of the event subscriptions that want a name
-- ARGV[1]  subscription
-- ARGV[2]  'event' or 'command': a queue gets its commands by its own id, without being wanted
-- ARGV[3…] wire names
--
-- Returns 1 if it was made, 0 if it was there.
local prefix, id = KEYS[1], ARGV[1]
local made = redis.pcall('XGROUP', 'CREATE', prefix .. ':entries:' .. id, 'catga', '0', 'MKSTREAM')
if made.err and not string.find(made.err, 'BUSYGROUP') then return made end
if ARGV[2] == 'event' then
  local names = prefix .. ':names:' .. id
  local wanted = {}
  for at = 3, #ARGV do wanted[ARGV[at]] = true end
  for _, name in ipairs(redis.call('SMEMBERS', names)) do
    if not wanted[name] then
      redis.call('SREM', names, name)
      redis.call('SREM', prefix .. ':wants:' .. name, id)
    end
  end
  for name in pairs(wanted) do
    redis.call('SADD', names, name)
    redis.call('SADD', prefix .. ':wants:' .. name, id)
  end
end
return made.err and 0 or 1
`;
