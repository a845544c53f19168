import { lua } from '../../connection/lua-script.js';

export const takeEntries = lua`
-- Hands entries of a subscription to a consumer: first what was given back and is due, then what is new. An entry that is
-- not due, or whose key has an earlier entry that is not acknowledged, is put aside under the consumer '-'. The number of
-- an attempt is the delivery count of the group.
--
-- KEYS[1]  what the keys of the log begin with; all lie in its slot:
--          :entries:<subscription>       stream of what a subscription has not acknowledged, with the group 'catga'
--          :back:<subscription>          sorted set of entries that were put aside, by when they are due
--          :busy:<subscription>          hash from a message key to the entry that has it
--          :line:<length of the subscription's id>:<subscription>:<key>    list of the entries that wait for a key, each as '<entry> <due>'
-- ARGV[1]  subscription
-- ARGV[2]  consumer
-- ARGV[3]  how many entries it takes at most
-- ARGV[4]  how many it looks at most at
--
-- Returns {milliseconds until something put aside is due or -1, 1 if there may be more, '<entry> <attempt> <entry> …',
-- message, message, …}.
local prefix, id, consumer = KEYS[1], ARGV[1], ARGV[2]
local entries, back, busy = prefix .. ':entries:' .. id, prefix .. ':back:' .. id, prefix .. ':busy:' .. id
local room, most = tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local taken = {-1, 0, ''}
local heads = {}

-- Nothing but the first is sure: an entry may not have been written by append.
local function read(fields)
  local message, key, due
  for at = 1, #fields, 2 do
    local name = fields[at]
    if name == 'm' then message = fields[at + 1]
    elseif name == 'k' then key = fields[at + 1]
    elseif name == 'd' then due = tonumber(fields[at + 1]) end
  end
  -- Where there is none, the reader finds that it is no message.
  return message or table.concat(fields, ' '), key, due
end

local function hand(entry, attempt, message)
  heads[#heads + 1] = entry .. ' ' .. attempt
  taken[#taken + 1] = message
  room = room - 1
end

for _, entry in ipairs(redis.call('ZRANGEBYSCORE', back, '-inf', now, 'LIMIT', 0, room)) do
  redis.call('ZREM', back, entry)
  -- What is no entry was not written by us, and is gone now.
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
    local message, key, due = read(each[2])
    local isWaiting = key and redis.call('HSETNX', busy, key, entry) == 0
    local isEarly = due and due > now
    if isWaiting or isEarly then
      redis.call('XCLAIM', entries, 'catga', '-', 0, entry, 'RETRYCOUNT', 1, 'JUSTID')
      if isWaiting then
        redis.call('RPUSH', prefix .. ':line:' .. #id .. ':' .. id .. ':' .. key, entry .. ' ' .. (due or '0'))
      else
        redis.call('ZADD', back, due, entry)
      end
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
