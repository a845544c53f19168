import { lua } from '../../connection/lua-script.js';

export const removeDeadLetter = lua`
-- Removes a dead letter.
--
-- KEYS[1]  the letter; see the script that puts one
-- KEYS[2]  the order
-- KEYS[3]  the places
-- ARGV[1]  id
--
-- Returns 1, or 0 if there is none.
local letter, order, places, id = KEYS[1], KEYS[2], KEYS[3], ARGV[1]
local place = redis.call('HGET', places, id)
if place then
  redis.call('ZREM', order, place)
  redis.call('HDEL', places, id)
end
return redis.call('DEL', letter)
`;
