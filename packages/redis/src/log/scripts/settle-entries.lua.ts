import { lua } from '../../connection/lua-script.js';

export const settleEntries = lua`
-- Acknowledges entries, or gives them back. What another consumer has by now stays with it.
--
-- KEYS[1]  what the keys of the log begin with; see the script that takes entries
-- ARGV[1]  subscription
-- ARGV[2]  consumer
-- ARGV[3]  channel on which the consumers of the subscription are woken
-- ARGV[4]  how many entries of the consumer are looked up in one go, which is quicker if most of them are settled; 0 for none
-- then for each entry
--   +0  '<entry>' if it is done with and has no key; else '<entry> <attempt> <delay>': the number of its next attempt, 0 if
--       it is done with; milliseconds before which it is not delivered again
--
-- Returns how many of them the consumer had.
local prefix, id, consumer = KEYS[1], ARGV[1], ARGV[2]
local entries, back, busy = prefix .. ':entries:' .. id, prefix .. ':back:' .. id, prefix .. ':busy:' .. id
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local settled = 0
local wakes = false
local done = {}
local mine = {}
if ARGV[4] ~= '0' then
  for _, each in ipairs(redis.call('XPENDING', entries, 'catga', '-', '+', ARGV[4], consumer)) do mine[each[1]] = true end
end

-- An entry is done with that may have a key: the next one of it follows.
local function follow(entry)
  local found, key = redis.call('XRANGE', entries, entry, entry)[1], nil
  for at = 1, found and #found[2] or 0, 2 do
    if found[2][at] == 'k' then key = found[2][at + 1] end
  end
  if not key or redis.call('HGET', busy, key) ~= entry then return end
  local after, due
  repeat
    local line = redis.call('LPOP', prefix .. ':line:' .. #id .. ':' .. id .. ':' .. key)
    if not line then return redis.call('HDEL', busy, key) end
    after, due = string.match(line, '^(%d+%-%d+) (%d+)$')
  until after
  redis.call('HSET', busy, key, after)
  redis.call('ZADD', back, string.format('%.0f', math.max(now, tonumber(due))), after)
  wakes = true
end

for at = 5, #ARGV do
  local entry, attempt, delay = string.match(ARGV[at], '^(%S+) (%d+) (%d+)$')
  local mayHaveKey = entry
  if not entry then entry, attempt = ARGV[at], '0' end
  if mine[entry] or redis.call('XPENDING', entries, 'catga', entry, entry, 1, consumer)[1] then
    settled = settled + 1
    if attempt ~= '0' then
      redis.call('XCLAIM', entries, 'catga', '-', 0, entry, 'RETRYCOUNT', attempt, 'JUSTID')
      redis.call('ZADD', back, string.format('%.0f', now + delay), entry)
      wakes = true
    else
      done[#done + 1] = entry
      if mayHaveKey then follow(entry) end
    end
  end
end
if #done > 0 then
  redis.call('XACK', entries, 'catga', unpack(done))
  redis.call('XDEL', entries, unpack(done))
end
if wakes then redis.call('PUBLISH', ARGV[3], '') end
return settled
`;
