import { lua } from '../../connection/lua-script.js';

export const withdrawNode = lua`
-- Removes the record of one start of a node, and tells who watches.
--
-- KEYS[1]  the record
-- KEYS[2]  set of node ids
-- ARGV[1]  node id
-- ARGV[2]  incarnation: the record of another start of the node stays
-- ARGV[3]  the goodbye
-- ARGV[4]  channel of changes
--
-- Returns 1, or 0 if there is no such record.
if redis.call('HGET', KEYS[1], 'i') ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('SREM', KEYS[2], ARGV[1])
redis.call('PUBLISH', ARGV[4], ARGV[3])
return 1
`;
