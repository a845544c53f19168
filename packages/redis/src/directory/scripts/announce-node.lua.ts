import { lua } from '../../connection/lua-script.js';

export const announceNode = lua`
-- Writes the record of a node and a heartbeat, and notifies watchers. A heartbeat does not overwrite the record of
-- another incarnation, unless it has expired.
--
-- KEYS[1]  hash from node id to record
-- KEYS[2]  hash from node id to heartbeat: '<incarnation>.<when, in ms since 1970>.<timeout in ms>.<load>'
-- ARGV[1]  node id
-- ARGV[2]  incarnation
-- ARGV[3]  heartbeat timeout, in milliseconds
-- ARGV[4]  its load
-- ARGV[5]  the record
-- ARGV[6]  channel of changes
-- ARGV[7]  '1' for a heartbeat
--
-- Returns -1, or the other incarnation whose record exists.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function lapsed(beat, times)
  local at, timeout = string.match(beat or '', '^%d+%.(%d+)%.(%d+)%.')
  return not at or now - tonumber(at) >= times * tonumber(timeout)
end
if ARGV[7] == '1' then
  local before = redis.call('HGET', KEYS[2], ARGV[1])
  local incarnation = string.match(before or '', '^(%d+)%.')
  if incarnation and incarnation ~= ARGV[2] and not lapsed(before, 1) then return tonumber(incarnation) end
else
  -- Removes entries of nodes that left without a goodbye.
  local beats = redis.call('HGETALL', KEYS[2])
  for at = 1, #beats, 2 do
    if lapsed(beats[at + 1], 4) then
      redis.call('HDEL', KEYS[1], beats[at])
      redis.call('HDEL', KEYS[2], beats[at])
    end
  end
end
-- The first write needs no memory: a server without memory refuses a script at its first write only, and a node stays
-- present on a full server.
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('HSET', KEYS[1], ARGV[1], ARGV[5])
redis.call('HSET', KEYS[2], ARGV[1], table.concat({ARGV[2], string.format('%.0f', now), ARGV[3], ARGV[4]}, '.'))
redis.call('PUBLISH', ARGV[6], ARGV[5])
return -1
`;
