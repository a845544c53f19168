import { lua } from '../../connection/lua-script.js';

export const putDeadLetter = lua`
-- Stores a dead letter, replacing one with the same id.
--
-- KEYS[1]  the letter, for its time to live
-- KEYS[2]  sorted set, by text alone, of '<failed at>~<sequence>~<id>'
-- KEYS[3]  hash from an id to its place in the order
-- KEYS[4]  number of letters ever stored
-- ARGV[1]  id
-- ARGV[2]  failure time: milliseconds since 1970, 16 digits
-- ARGV[3]  the letter
-- ARGV[4]  its time to live in milliseconds
--
-- Returns 1.
local letter, order, places, sequences, id = KEYS[1], KEYS[2], KEYS[3], KEYS[4], ARGV[1]
-- First what needs no memory: a server that is full refuses a script at its first write only, and the message that this
-- letter holds leaves its stream next.
redis.call('DEL', letter)
redis.call('SET', letter, ARGV[3], 'PX', ARGV[4])
local before = redis.call('HGET', places, id)
local sequence = before and string.match(before, '^%d+~(%d+)~')
if sequence then
  redis.call('ZREM', order, before)
else
  sequence = string.format('%016.0f', redis.call('INCR', sequences))
end
local place = ARGV[2] .. '~' .. sequence .. '~' .. id
redis.call('ZADD', order, 0, place)
redis.call('HSET', places, id, place)
return 1
`;
