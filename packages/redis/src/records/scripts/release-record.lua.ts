import { lua } from '../../connection/lua-script.js';

export const releaseRecord = lua`
-- Forgets a claim, so that the next one runs the request.
--
-- KEYS[1]  what the keys of the records begin with; see the script that claims them
-- ARGV[1]  id
-- ARGV[2]  fencing token
--
-- Returns 1, or 0 if the claim is somebody else's by now, or finished.
local record = KEYS[1] .. ':id:' .. ARGV[1]
if string.match(redis.call('GET', record) or '', '^R (%d+) ') ~= ARGV[2] then return 0 end
return redis.call('DEL', record)
`;
