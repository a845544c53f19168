import { lua } from '../../connection/lua-script.js';

export const beatNode = lua`
-- A heartbeat, of which nobody is told: each node reads the list of them.
--
-- KEYS[1]  hash from node id to record
-- KEYS[2]  hash from node id to heartbeat; see the script that announces a node
-- ARGV[1]  node id
-- ARGV[2]  incarnation
-- ARGV[3]  after how long without a heartbeat it lapses, in milliseconds
-- ARGV[4]  its load
--
-- Returns -1; the incarnation of the start whose record is there; or -2 if this one has no record.
local before = redis.call('HGET', KEYS[2], ARGV[1])
local incarnation, at, timeout = string.match(before or '', '^(%d+) (%d+) (%d+) ')
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if incarnation and incarnation ~= ARGV[2] then
  if now - tonumber(at) < tonumber(timeout) then return tonumber(incarnation) end
  return -2
end
if not incarnation or redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return -2 end
-- First what needs no memory: a server that is full refuses a script at its first write only.
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2] .. ' ' .. string.format('%.0f', now) .. ' ' .. ARGV[3] .. ' ' .. ARGV[4])
return -1
`;
