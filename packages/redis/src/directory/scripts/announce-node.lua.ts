import { lua } from '../../connection/lua-script.js';

export const announceNode = lua`
-- Writes the record of a node, and tells who watches. A heartbeat does not write over the record of another start.
--
-- KEYS[1]  the record: i incarnation, r the record itself; lapses with its time
-- KEYS[2]  set of node ids
-- ARGV[1]  node id
-- ARGV[2]  incarnation
-- ARGV[3]  the record
-- ARGV[4]  for how long it stands, in milliseconds
-- ARGV[5]  channel of changes
-- ARGV[6]  '1' for a heartbeat
--
-- Returns -1, or the incarnation of the start whose record is there.
local before = redis.call('HGET', KEYS[1], 'i')
if ARGV[6] == '1' and before and before ~= ARGV[2] then return tonumber(before) end
-- A server that is full refuses a script at its first write only, and this one needs no memory: a node is not gone
-- because nothing can be stored.
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('HSET', KEYS[1], 'i', ARGV[2], 'r', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('SADD', KEYS[2], ARGV[1])
redis.call('PUBLISH', ARGV[5], ARGV[3])
return -1
`;
