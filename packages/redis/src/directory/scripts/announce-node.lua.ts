import { lua } from '../../connection/lua-script.js';

export const announceNode = lua`
-- Writes the record of a node and a heartbeat, and tells who watches. A heartbeat does not write over the record of
-- another start, unless that one has lapsed.
--
-- KEYS[1]  hash from node id to record
-- KEYS[2]  hash from node id to heartbeat: '<incarnation> <when, in ms since 1970> <timeout in ms> <load>'
-- ARGV[1]  node id
-- ARGV[2]  incarnation
-- ARGV[3]  after how long without a heartbeat it lapses, in milliseconds
-- ARGV[4]  its load
-- ARGV[5]  the record
-- ARGV[6]  channel of changes
-- ARGV[7]  '1' for a heartbeat
--
-- Returns -1, or the incarnation of the start whose record is there.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function lapsed(beat, times)
  local at, timeout = string.match(beat or '', '^%d+ (%d+) (%d+) ')
  return not at or now - tonumber(at) >= times * tonumber(timeout)
end
if ARGV[7] == '1' then
  local before = redis.call('HGET', KEYS[2], ARGV[1])
  local incarnation = string.match(before or '', '^(%d+) ')
  if incarnation and incarnation ~= ARGV[2] and not lapsed(before, 1) then return tonumber(incarnation) end
else
  -- Nodes that went without a goodbye leave their entries behind; who joins tidies up.
  local beats = redis.call('HGETALL', KEYS[2])
  for at = 1, #beats, 2 do
    if lapsed(beats[at + 1], 4) then
      redis.call('HDEL', KEYS[1], beats[at])
      redis.call('HDEL', KEYS[2], beats[at])
    end
  end
end
-- A server that is full refuses a script at its first write only, and this one needs no memory: a node is not gone
-- because nothing can be stored.
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('HSET', KEYS[1], ARGV[1], ARGV[5])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2] .. ' ' .. string.format('%.0f', now) .. ' ' .. ARGV[3] .. ' ' .. ARGV[4])
redis.call('PUBLISH', ARGV[6], ARGV[5])
return -1
`;
