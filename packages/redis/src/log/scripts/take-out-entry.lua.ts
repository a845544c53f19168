import { lua } from '../../connection/lua-script.js';

export const takeOutEntry = lua`
-- Removes an entry that no consumer has, or stores it anew with another time.
--
-- KEYS[1]  stream of the queue; see take-entries
-- KEYS[2]  its delayed entries
-- ARGV[1]  entry
-- ARGV[2]  channel that wakes the consumers of the queue
-- ARGV[3]  delay in milliseconds; omitted to remove it
--
-- Returns 1 if it did; 0 if a consumer has the entry; -1 if there is none.
local entries, back, entry = KEYS[1], KEYS[2], ARGV[1]
local found = redis.call('XRANGE', entries, entry, entry)[1]
if not found then return -1 end
local pending = redis.pcall('XPENDING', entries, 'catga', entry, entry, 1)
local hasGroup = not pending.err
local holder = hasGroup and pending[1] and pending[1][2]
if holder and holder ~= '-' then return 0 end
if ARGV[3] then
  local message
  for field = 1, #found[2], 2 do
    if found[2][field] == 'm' then message = found[2][field + 1] end
  end
  local time = redis.call('TIME')
  local due = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[3])
  redis.call('XADD', entries, '*', 'm', message or '', 'd', due)
end
if hasGroup then redis.call('XACK', entries, 'catga', entry) end
redis.call('XDEL', entries, entry)
redis.call('ZREM', back, entry)
if ARGV[3] then redis.call('PUBLISH', ARGV[2], '') end
return 1
`;
