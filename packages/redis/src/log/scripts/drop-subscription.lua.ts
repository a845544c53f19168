import { lua } from '../../connection/lua-script.js';

export const dropSubscription = lua`
-- Removes a queue with all its commands.
--
-- KEYS[1]  stream of its commands; see take-entries
-- KEYS[2]  its wire names
-- KEYS[3]  its delayed entries
-- KEYS[4]  hash from a queue to its kind
-- KEYS[5]  set of all queues with stored commands
-- ARGV[1]  queue
--
-- Returns 1, or 0 if it did not exist.
local waited = redis.call('UNLINK', KEYS[1])
redis.call('UNLINK', KEYS[2], KEYS[3])
redis.call('SREM', KEYS[5], ARGV[1])
return math.max(waited, redis.call('HDEL', KEYS[4], ARGV[1]))
`;
