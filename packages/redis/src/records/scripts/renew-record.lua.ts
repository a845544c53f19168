import { lua } from '../../connection/lua-script.js';

export const renewRecord = lua`
-- Extends the lease of a claim, also on a server that is out of memory.
--
-- KEYS[1]  key prefix of the records; see the script that claims them
-- ARGV[1]  id
-- ARGV[2]  fencing token
-- ARGV[3]  duration of the lease from now, in milliseconds; an unfinished claim is kept for ten times as long
--
-- Returns 1, or 0 if another claimant holds the claim, or it is finished.
local record = KEYS[1] .. ':id:' .. ARGV[1]
local token, rest = string.match(redis.call('GET', record) or '', '^R (%d+) %d+ (.*)$')
if token ~= ARGV[2] then return 0 end
local time = redis.call('TIME')
-- The first write needs no memory: a server without memory refuses a script at its first write only.
redis.call('PEXPIRE', record, ARGV[3] * 10)
local ends = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[3]
redis.call('SET', record, 'R ' .. token .. string.format(' %.0f ', ends) .. rest, 'PX', ARGV[3] * 10)
return 1
`;
