import { lua } from '../../connection/lua-script.js';

export const takeWorkerId = lua`
-- Leases a free worker id.
--
-- KEYS     a key for each id, from 0 on
-- ARGV[1]  the holder's mark, unique per connection
-- ARGV[2]  the id to try first
-- ARGV[3]  duration of the lease, in milliseconds
--
-- Returns the leased id, the current one if the holder has one; -1 if all are leased.
local first = tonumber(ARGV[2])
local count = #KEYS
local free = -1
for offset = 0, count - 1 do
  local id = (first + offset) % count
  -- A key of another type is not free either.
  local holder = redis.pcall('GET', KEYS[id + 1])
  if holder == ARGV[1] then
    redis.call('PEXPIRE', KEYS[id + 1], ARGV[3])
    return id
  end
  if not holder and free < 0 then free = id end
end
if free >= 0 then redis.call('SET', KEYS[free + 1], ARGV[1], 'PX', ARGV[3]) end
return free
`;
