import { lua } from '../../connection/lua-script.js';

export const countEntries = lua`
-- Counts the entries of a queue. Of those that the group has not handed to anybody it looks at a bounded number, and reckons from
-- them how many are not due.
--
-- KEYS[1]  stream of the queue; see take-entries
-- KEYS[2]  its delayed entries
-- ARGV[1]  maximum number of entries to scan
-- ARGV[2]  maximum number of bytes to scan, except for the last entries
-- Returns {entries, delayed entries, entries held by a consumer}.
local entries, back, most, room = KEYS[1], KEYS[2], tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local all, aside = redis.call('XLEN', entries), redis.call('ZCARD', back)
local delayed = redis.call('ZCOUNT', back, '(' .. string.format('%.0f', now), '+inf')
local pending = redis.pcall('XPENDING', entries, 'catga')
if pending.err then return {all, delayed, 0} end

local from = '-'
for _, group in ipairs(redis.call('XINFO', 'GROUPS', entries)) do
  local about = {}
  for at = 1, #group, 2 do about[group[at]] = group[at + 1] end
  if about['name'] == 'catga' then from = '(' .. about['last-delivered-id'] end
end
local looked, later = 0, 0
while looked < most and room > 0 do
  local batch = redis.call('XRANGE', entries, from, '+', 'COUNT', math.min(16, most - looked))
  if #batch == 0 then break end
  for _, each in ipairs(batch) do
    looked = looked + 1
    from = '(' .. each[1]
    for field = 1, #each[2], 2 do
      room = room - #each[2][field + 1]
      if each[2][field] == 'd' and (tonumber(each[2][field + 1]) or 0) > now then later = later + 1 end
    end
  end
end
if later > 0 then delayed = delayed + math.floor(later * (all - pending[1]) / looked + 0.5) end
return {all, delayed, pending[1] - aside}
`;
