import { lua } from '../../connection/lua-script.js';

export const renewLease = lua`
-- Says that a consumer is there, for the time of its lease.
--
-- KEYS[1]  the lease
-- ARGV[1]  how long it lasts, in milliseconds
--
-- Returns 1, or 0 if it had lapsed, or was never taken.
--
-- A server that is full refuses a script at its first write only. This one needs no memory, and the lease must be had:
-- who consumes makes room.
local wasHeld = redis.call('PEXPIRE', KEYS[1], ARGV[1])
if wasHeld == 0 then redis.call('SET', KEYS[1], '', 'PX', ARGV[1]) end
return wasHeld
`;
