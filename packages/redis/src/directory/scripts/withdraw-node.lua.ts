import { lua } from '../../connection/lua-script.js';

export const withdrawNode = lua`
-- Removes the record and heartbeat of one incarnation of a node, and notifies watchers.
--
-- KEYS[1]  hash from node id to record
-- KEYS[2]  hash from node id to heartbeat; see the script that announces a node
-- ARGV[1]  node id
-- ARGV[2]  incarnation; the record of another one is kept
-- ARGV[3]  the goodbye
-- ARGV[4]  channel of changes
--
-- Returns 1, or 0 without such a record.
local before = redis.call('HGET', KEYS[2], ARGV[1])
if string.match(before or '', '^(%d+)%.') ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('PUBLISH', ARGV[4], ARGV[3])
return 1
`;
