import { lua } from '../../connection/lua-script.js';

export const renewRecord = lua`
-- Keeps a claim from lapsing. What stores nothing comes first: a server that is full refuses a script that begins by storing
-- something, and lets one end that has begun.
--
-- KEYS[1]  the record of the id
-- ARGV[1]  fencing token
-- ARGV[2]  how long the lease lasts from now, in milliseconds
-- ARGV[3]  how long an unfinished claim is remembered, in milliseconds
--
-- Returns 1, or 0 if the claim is somebody else's by now, or finished.
local held = redis.call('HMGET', KEYS[1], 't', 'o')
if held[1] ~= ARGV[1] or held[2] then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('HSET', KEYS[1], 'l', string.format('%.0f', now + ARGV[2]))
return 1
`;
