import { lua } from '../../connection/lua-script.js';

export const readNodes = lua`
-- All nodes whose record stands, by the server's clock.
--
-- KEYS[1]  what the keys of records begin with, '<prefix>:node:<node id>', in the same slot
-- KEYS[2]  set of node ids
--
-- Returns {node id, record, milliseconds until it lapses, …}; an empty record for a key that is something else.
local found = {}
for _, id in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  local key = KEYS[1] .. ':node:' .. id
  local record = redis.pcall('HGET', key, 'r')
  if record then
    found[#found + 1] = id
    found[#found + 1] = type(record) == 'string' and record or ''
    found[#found + 1] = redis.call('PTTL', key)
  else
    redis.call('SREM', KEYS[2], id)
  end
end
return found
`;
