import { lua } from '../../connection/lua-script.js';

export const renewRecord = lua`
-- Extends the lease of a claim, also on a server that is out of memory.
--
-- KEYS[1]  the record; see the script that claims them
-- ARGV[1]  fencing token
-- ARGV[2]  duration of the lease from now, in milliseconds; an unfinished claim is kept for ten times as long
--
-- Returns 1, or 0 if another claimant holds the claim, or it is finished.
local record = KEYS[1]
local token, rest = string.match(redis.call('GET', record) or '', '^R (%d+) %d+ (.*)$')
if token ~= ARGV[1] then return 0 end
local time = redis.call('TIME')
-- The first write needs no memory: a server without memory refuses a script at its first write only.
redis.call('PEXPIRE', record, ARGV[2] * 10)
local ends = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2]
redis.call('SET', record, 'R ' .. token .. string.format(' %.0f ', ends) .. rest, 'PX', ARGV[2] * 10)
return 1
`;
