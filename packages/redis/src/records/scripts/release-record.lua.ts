import { lua } from '../../connection/lua-script.js';

export const releaseRecord = lua`
-- Removes a claim, so that the next claim runs the request.
--
-- KEYS[1]  the record; see the script that claims them
-- ARGV[1]  fencing token
--
-- Returns 1, or 0 if another claimant holds the claim, or it is finished.
local record = KEYS[1]
if string.match(redis.call('GET', record) or '', '^R (%d+) ') ~= ARGV[1] then return 0 end
return redis.call('DEL', record)
`;
