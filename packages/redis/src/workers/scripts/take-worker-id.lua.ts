import { lua } from '../../connection/lua-script.js';

export const takeWorkerId = lua`
-- Gives a worker id that nobody has to a holder, for the time of its lease.
--
-- KEYS[1]  what the keys of worker ids begin with; one follows for each id, '<prefix>:<id>', in the same slot
-- ARGV[1]  who holds it: another text for each connection
-- ARGV[2]  the id to try first
-- ARGV[3]  how many ids there are
-- ARGV[4]  how long the lease lasts, in milliseconds
--
-- Returns the id, the one it holds already if it holds one; -1 if all are taken.
local first = tonumber(ARGV[2])
local count = tonumber(ARGV[3])
local free = -1
for offset = 0, count - 1 do
  local id = (first + offset) % count
  -- A key of another type is somebody's, too.
  local holder = redis.pcall('GET', KEYS[1] .. ':' .. id)
  if holder == ARGV[1] then
    redis.call('PEXPIRE', KEYS[1] .. ':' .. id, ARGV[4])
    return id
  end
  if not holder and free < 0 then free = id end
end
if free >= 0 then redis.call('SET', KEYS[1] .. ':' .. free, ARGV[1], 'PX', ARGV[4]) end
return free
`;
