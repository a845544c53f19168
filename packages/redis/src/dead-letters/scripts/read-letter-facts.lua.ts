import { lua } from '../../connection/lua-script.js';

export const readLetterFacts = lua`
-- Reads the facts of dead letters, and removes the places of expired ones.
-- KEYS[1]  the order; see put-dead-letter
-- KEYS[2]  the places
-- KEYS[3…] letters
-- ARGV     place and id of each letter
--
-- Returns {place, facts, place, facts, …}, where the facts are the JSON that a letter begins with. No body is read.
local order, places = KEYS[1], KEYS[2]
local found = {}
for at = 3, #KEYS do
  local key, place, id = KEYS[at], ARGV[at * 2 - 5], ARGV[at * 2 - 4]
  local length = redis.pcall('GETRANGE', key, 0, 3)
  if type(length) == 'string' and #length == 4 then
    found[#found + 1] = place
    found[#found + 1] = redis.call('GETRANGE', key, 4, 3 + struct.unpack('>I4', length))
  elseif length == '' then
    redis.call('ZREM', order, place)
    if redis.call('HGET', places, id) == place then redis.call('HDEL', places, id) end
  end
end
return found
`;
