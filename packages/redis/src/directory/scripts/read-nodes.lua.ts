import { lua } from '../../connection/lua-script.js';

export const readNodes = lua`
-- All nodes whose record stands, by the server's clock.
--
-- KEYS[1]  what the keys of records begin with, '<prefix>:node:<node id>', in the same slot
-- KEYS[2]  all node ids, scored with the moment at which their record lapses
--
-- Returns {node id, record, milliseconds until it lapses, …}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
local found = {}
local ids = redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES')
for at = 1, #ids, 2 do
  local record = redis.call('HGET', KEYS[1] .. ':node:' .. ids[at], 'r')
  if record then
    found[#found + 1] = ids[at]
    found[#found + 1] = record
    found[#found + 1] = ids[at + 1] - now
  end
end
return found
`;
