import { lua } from '../../connection/lua-script.js';

export const listEntries = lua`
-- Reads entries of a queue, as they are: who has them, and when they are due. Looks at a bounded number of them.
--
-- KEYS[1]  stream of the queue; see take-entries
-- KEYS[2]  its delayed entries
-- ARGV[1]  the first entry, or '-'
-- ARGV[2]  maximum number of entries to return
-- ARGV[3]  maximum bytes of messages to return, except for the last message
-- ARGV[4]  maximum number of entries to scan
-- ARGV[5]  a text that the messages contain; empty for all
--
-- Returns {the first entry that it has not looked at or '', now, entry, state, due or -1, message, entry, …}; the state is 0: nobody
-- has it, 1: a consumer has it.
local entries, back, from = KEYS[1], KEYS[2], ARGV[1]
local limit, room, most, wanted = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local time = redis.call('TIME')
local found = {'', time[1] * 1000 + math.floor(time[2] / 1000)}
local returned = 0
while true do
  local batch = redis.call('XRANGE', entries, from, '+', 'COUNT', 17)
  for at, each in ipairs(batch) do
    local entry = each[1]
    if at == 17 or returned == limit or room <= 0 or most == 0 then
      found[1] = entry
      break
    end
    most = most - 1
    local message, due
    for field = 1, #each[2], 2 do
      if each[2][field] == 'm' then message = each[2][field + 1]
      elseif each[2][field] == 'd' then due = each[2][field + 1] end
    end
    if message and (wanted == '' or string.find(message, wanted, 1, true)) then
      -- Without a group nobody has taken anything.
      local pending = redis.pcall('XPENDING', entries, 'catga', entry, entry, 1)
      local holder = not pending.err and pending[1] and pending[1][2]
      found[#found + 1] = entry
      found[#found + 1] = holder and holder ~= '-' and 1 or 0
      found[#found + 1] = tonumber(redis.call('ZSCORE', back, entry) or due or '-1')
      found[#found + 1] = message
      returned = returned + 1
      room = room - #message
    end
  end
  if #batch < 17 or found[1] ~= '' and (returned == limit or room <= 0 or most == 0) then break end
  from, found[1] = found[1], ''
end
return found
`;
