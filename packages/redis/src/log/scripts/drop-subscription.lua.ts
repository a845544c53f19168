import { lua } from '../../connection/lua-script.js';

export const dropSubscription = lua`
-- Removes a queue with all its commands.
--
-- KEYS[1]  key prefix of the log; see make-subscription and take-entries
-- ARGV[1]  queue
--
-- Returns 1, or 0 if it did not exist.
local prefix, id = KEYS[1], ARGV[1]
local waited = redis.call('UNLINK', prefix .. ':entries:' .. id)
redis.call('UNLINK', prefix .. ':names:' .. id, prefix .. ':back:' .. id)
return math.max(waited, redis.call('HDEL', prefix .. ':subscriptions', id))
`;
