import { lua } from '../../connection/lua-script.js';

export const releaseRecord = lua`
-- Forgets a claim, so that the next one runs the request.
--
-- KEYS[1]  the record of the id
-- ARGV[1]  fencing token
--
-- Returns 1, or 0 if the claim is somebody else's by now, or finished.
local held = redis.call('HMGET', KEYS[1], 't', 'o')
if held[1] ~= ARGV[1] or held[2] then return 0 end
return redis.call('DEL', KEYS[1])
`;
