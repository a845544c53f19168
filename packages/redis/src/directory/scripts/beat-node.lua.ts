import { lua } from '../../connection/lua-script.js';

export const beatNode = lua`
-- Writes a heartbeat without notifying watchers: each node reads the list of heartbeats.
--
-- KEYS[1]  hash from node id to record
-- KEYS[2]  hash from node id to heartbeat; see the script that announces a node
-- ARGV[1]  node id
-- ARGV[2]  incarnation
-- ARGV[3]  heartbeat timeout, in milliseconds
-- ARGV[4]  its load
--
-- Returns -1; the other incarnation whose record exists; or -2 if there is no record.
local before = redis.call('HGET', KEYS[2], ARGV[1])
local incarnation, at, timeout = string.match(before or '', '^(%d+)%.(%d+)%.(%d+)%.')
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if incarnation and incarnation ~= ARGV[2] then
  if now - tonumber(at) < tonumber(timeout) then return tonumber(incarnation) end
  return -2
end
if not incarnation or redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return -2 end
-- The first write needs no memory: a server without memory refuses a script at its first write only.
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], table.concat({ARGV[2], string.format('%.0f', now), ARGV[3], ARGV[4]}, '.'))
return -1
`;
