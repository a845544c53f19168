import { lua } from '../../connection/lua-script.js';

export const takeWorkerId = lua`
-- Leases a free worker id.
--
-- KEYS[1]  key prefix of worker ids; one key per id, '<prefix>:<id>', in the same slot
-- ARGV[1]  the holder's mark, unique per connection
-- ARGV[2]  the id to try first
-- ARGV[3]  number of ids
-- ARGV[4]  duration of the lease, in milliseconds
--
-- Returns the leased id, the current one if the holder has one; -1 if all are leased.
local first = tonumber(ARGV[2])
local count = tonumber(ARGV[3])
local free = -1
for offset = 0, count - 1 do
  local id = (first + offset) % count
  -- A key of another type is not free either.
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
