import { lua } from '../../connection/lua-script.js';

export const removeDeadLetter = lua`
-- Removes a dead letter.
--
-- KEYS[1]  key prefix of dead letters; see the script that puts one
-- ARGV[1]  id
--
-- Returns 1, or 0 if there is none.
local prefix, id = KEYS[1], ARGV[1]
local place = redis.call('HGET', prefix .. ':places', id)
if place then
  redis.call('ZREM', prefix .. ':order', place)
  redis.call('HDEL', prefix .. ':places', id)
end
return redis.call('DEL', prefix .. ':letter:' .. id)
`;
