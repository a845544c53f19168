import { lua } from '../../connection/lua-script.js';

export const appendFrame = lua`
-- Appends a frame to its lane, unless it was appended before. A full server refuses the first write, and so all of it.
--
-- KEYS[1]  stream of the lane: entries 0-<position> with the fields f, the frame, and e, its number of events. The name of its only group is the lane's identity. It is
--          the key that decides where a lane is while its slot migrates. In the same slot:
--          <lane>:seen:<id>    set for the deduplication window of a frame
-- ARGV[1]  id of the frame
-- ARGV[2]  deduplication window in milliseconds; 0 for none
-- ARGV[3]  id of the frame that must be stored before this one; '' for none
-- ARGV[4]  maximum number of frames in the lane
-- ARGV[5]  identity of the lane if it has to be created
-- ARGV[6]  the frame
-- ARGV[7]  its number of events
--
-- Returns its position; 0 if it is a duplicate; -1 if the frame before it is not stored; -2 if the lane is full; -3 if the
-- stream has entries of others at its end, which have to be removed.
local frames, window = KEYS[1], ARGV[2]
local marks = string.sub(frames, 1, -7) .. 'seen:'
local seen = marks .. ARGV[1]
if ARGV[3] ~= '' and redis.call('EXISTS', marks .. ARGV[3]) == 0 then return -1 end
if redis.call('XLEN', frames) >= tonumber(ARGV[4]) then return redis.call('EXISTS', seen) == 1 and 0 or -2 end
if window ~= '0' and not redis.call('SET', seen, '', 'NX', 'PX', window) then return 0 end
local added = redis.pcall('XADD', frames, 'NOMKSTREAM', '0-*', 'f', ARGV[6], 'e', ARGV[7])
if not added then
  redis.call('XGROUP', 'CREATE', frames, ARGV[5], '0-0', 'MKSTREAM')
  added = redis.pcall('XADD', frames, '0-*', 'f', ARGV[6], 'e', ARGV[7])
end
if type(added) == 'string' then return tonumber(string.sub(added, 3)) end
if window ~= '0' then redis.call('DEL', seen) end
if string.find(added.err, 'equal or smaller', 1, true) then return -3 end
return added
`;
