import { lua } from '../../connection/lua-script.js';

export const readOwnEntries = lua`
-- Reads the unsettled entries of a consumer, after a lost reply.
--
-- KEYS[1]  stream of the queue; see take-entries
-- ARGV[1]  consumer
-- ARGV[2]  maximum number of entries
--
-- Returns {1 if there may be more, '<entry> <attempt> <entry> …', message, message, …}.
local entries = KEYS[1]
local pending = redis.call('XPENDING', entries, 'catga', '-', '+', ARGV[2], ARGV[1])
local own = {#pending == tonumber(ARGV[2]) and 1 or 0, ''}
local heads = {}
for _, each in ipairs(pending) do
  local found = redis.call('XRANGE', entries, each[1], each[1])
  if found[1] then
    local fields = {}
    for at = 1, #found[1][2], 2 do fields[found[1][2][at]] = found[1][2][at + 1] end
    heads[#heads + 1] = each[1] .. ' ' .. each[4]
    own[#own + 1] = fields.m or table.concat(found[1][2], ' ')
  else
    -- Another client removed it from the stream.
    redis.call('XACK', entries, 'catga', each[1])
  end
end
own[2] = table.concat(heads, ' ')
return own
`;
