import { lua } from '../../connection/lua-script.js';

export const dropSubscription = lua`
-- Forgets a subscription with all that waits in it.
--
-- KEYS[1]  what the keys of the log begin with; see the scripts that make a subscription and take its entries
-- ARGV[1]  subscription
--
-- Returns 1, or 0 if there was none.
local prefix, id = KEYS[1], ARGV[1]
local names, busy = prefix .. ':names:' .. id, prefix .. ':busy:' .. id
for _, name in ipairs(redis.call('SMEMBERS', names)) do redis.call('SREM', prefix .. ':wants:' .. name, id) end
for _, key in ipairs(redis.call('HKEYS', busy)) do redis.call('UNLINK', prefix .. ':line:' .. #id .. ':' .. id .. ':' .. key) end
local waited = redis.call('UNLINK', prefix .. ':entries:' .. id)
redis.call('UNLINK', names, busy, prefix .. ':back:' .. id)
return math.max(waited, redis.call('HDEL', prefix .. ':subscriptions', id))
`;
