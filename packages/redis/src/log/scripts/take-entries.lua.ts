import { lua } from '../../connection/lua-script.js';

export const takeEntries = lua`
-- Hands entries of a queue to a consumer: first those that were given back and are due, then new ones. Entries that are not
-- due yet are set aside under the consumer '-'. The number of an attempt is the delivery count of the group.
--
-- KEYS[1]  stream of the unacknowledged commands of the queue, with the group 'catga'
-- KEYS[2]  sorted set of its delayed entries, by due time
-- ARGV[1]  consumer
-- ARGV[2]  maximum number of entries to take
-- ARGV[3]  maximum number of entries to scan
--
-- Returns {milliseconds until something put aside is due or -1, 1 if there may be more, '<entry> <attempt> <entry> …',
-- message, message, …}.
local entries, back, consumer = KEYS[1], KEYS[2], ARGV[1]
local room, most = tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local taken = {-1, 0, ''}
local heads = {}

-- An entry may not have been written by append, so fields may be missing.
local function read(fields)
  local message, due
  for at = 1, #fields, 2 do
    local name = fields[at]
    if name == 'm' then message = fields[at + 1]
    elseif name == 'd' then due = tonumber(fields[at + 1]) end
  end
  -- Without one, the reader finds that it is not a message.
  return message or table.concat(fields, ' '), due
end

local function hand(entry, attempt, message)
  heads[#heads + 1] = entry .. ' ' .. attempt
  taken[#taken + 1] = message
  room = room - 1
end

for _, entry in ipairs(redis.call('ZRANGEBYSCORE', back, '-inf', now, 'LIMIT', 0, room)) do
  redis.call('ZREM', back, entry)
  -- A foreign member that is not an entry was removed.
  local isEntry = string.find(entry, '^%d+%-%d+$')
  local found = isEntry and redis.call('XRANGE', entries, entry, entry) or {}
  local pending = isEntry and redis.call('XPENDING', entries, 'catga', entry, entry, 1) or {}
  if found[1] and pending[1] then
    redis.call('XCLAIM', entries, 'catga', consumer, 0, entry, 'JUSTID')
    local message = read(found[1][2])
    hand(entry, pending[1][4], message)
  elseif pending[1] then
    redis.call('XACK', entries, 'catga', entry)
  end
end

local isDry = false
while room > 0 and most > 0 and not isDry do
  local count = math.min(room, most)
  local reply = redis.call('XREADGROUP', 'GROUP', 'catga', consumer, 'COUNT', count, 'STREAMS', entries, '>')
  local new = reply and reply[1][2] or {}
  isDry = #new < count
  most = most - #new
  for _, each in ipairs(new) do
    local entry = each[1]
    local message, due = read(each[2])
    if due and due > now then
      redis.call('XCLAIM', entries, 'catga', '-', 0, entry, 'RETRYCOUNT', 1, 'JUSTID')
      redis.call('ZADD', back, due, entry)
    else
      hand(entry, 1, message)
    end
  end
end
if not isDry then taken[2] = 1 end
taken[3] = table.concat(heads, ' ')
local next = redis.call('ZRANGE', back, 0, 0, 'WITHSCORES')
if next[2] then taken[1] = math.max(0, math.ceil(next[2] - now)) end
return taken
`;
