import { lua } from '../../connection/lua-script.js';

export const renewRecord = lua`
-- Keeps a claim from lapsing. What stores nothing comes first: a server that is full refuses a script that begins by storing
-- something, and lets one end that has begun.
--
-- KEYS[1]  what the keys of the records begin with; see the script that claims them
-- ARGV[1]  id
-- ARGV[2]  fencing token
-- ARGV[3]  how long the lease lasts from now, in milliseconds; unfinished, a claim is remembered for ten times as long
--
-- Returns 1, or 0 if the claim is somebody else's by now, or finished.
local record = KEYS[1] .. ':id:' .. ARGV[1]
local token, rest = string.match(redis.call('GET', record) or '', '^R (%d+) %d+ (.*)$')
if token ~= ARGV[2] then return 0 end
local time = redis.call('TIME')
-- First what needs no memory: a server that is full refuses a script at its first write only.
redis.call('PEXPIRE', record, ARGV[3] * 10)
local ends = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[3]
redis.call('SET', record, 'R ' .. token .. string.format(' %.0f ', ends) .. rest, 'PX', ARGV[3] * 10)
return 1
`;
