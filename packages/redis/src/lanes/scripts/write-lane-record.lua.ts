import { lua } from '../../connection/lua-script.js';

export const writeLaneRecord = lua`
#!lua flags=allow-oom
-- Writes or removes a record if it has the expected version. Also on a full server, because progress is what frees memory.
--
-- KEYS[1]  hash of one part of the records; a single key, because keys of a migrating slot move one by one:
--          #<key>    version of a record
--          =<key>    value of a record
--          latest    highest version that was ever given
-- ARGV[1]  key of the record
-- ARGV[2]  expected version; 0: the record must not exist
-- ARGV[3]  value; left out to remove the record
--
-- Returns the new version, or the removed one; 0 if the record has another version.
local hash, version, value = KEYS[1], '#' .. ARGV[1], '=' .. ARGV[1]
local found = redis.call('HGET', hash, version) or '0'
if found ~= ARGV[2] then return 0 end
if not ARGV[3] then
  redis.call('HDEL', hash, version, value)
  return tonumber(found)
end
-- Microseconds since 1970, so that versions do not repeat after the server lost its data.
local time = redis.call('TIME')
local next = math.max(time[1] * 1000000 + time[2], tonumber(redis.call('HGET', hash, 'latest') or '0') + 1)
local text = string.format('%.0f', next)
redis.call('HSET', hash, version, text, value, ARGV[3], 'latest', text)
return next
`;
