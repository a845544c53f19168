import { lua } from '../../connection/lua-script.js';

export const listSubscriptions = lua`
-- All subscriptions that were made and not dropped.
--
-- KEYS[1]  what the keys of the log begin with; all lie in its slot:
--          :subscriptions             hash from a subscription to its kind
--          :names:<subscription>      set of the wire names it wants
--          :entries:<subscription>    stream of what it has not acknowledged
--
-- Returns {subscription, kind, {wire name, …}, how many messages wait, …}.
local prefix = KEYS[1]
local found = {}
local all = redis.call('HGETALL', prefix .. ':subscriptions')
for at = 1, #all, 2 do
  local id = all[at]
  found[#found + 1] = id
  found[#found + 1] = all[at + 1]
  found[#found + 1] = redis.call('SMEMBERS', prefix .. ':names:' .. id)
  found[#found + 1] = redis.call('XLEN', prefix .. ':entries:' .. id)
end
return found
`;
