import { lua } from '../../connection/lua-script.js';

export const listLaneRecords = lua`
-- Records of one part whose keys start with a prefix.
--
-- KEYS[1]  hash of one part of the records; see write-lane-record
-- ARGV[1]  prefix
--
-- Returns {key, version, value, key, version, value, …}.
local hash, prefix = KEYS[1], '#' .. ARGV[1]
local found = {}
for _, field in ipairs(redis.call('HKEYS', hash)) do
  if string.sub(field, 1, #prefix) == prefix then
    local key = string.sub(field, 2)
    found[#found + 1] = key
    found[#found + 1] = redis.call('HGET', hash, field)
    found[#found + 1] = redis.call('HGET', hash, '=' .. key) or ''
  end
end
return found
`;
