import { lua } from '../../connection/lua-script.js';

export const putDeadLetter = lua`
-- Stores a dead letter, replacing one with the same id.
--
-- KEYS[1]  key prefix of dead letters, all in its slot:
--          :letter:<id>   the letter, for its time to live
--          :order         sorted set, by text alone, of '<failed at>~<sequence>~<id>'
--          :places        hash from an id to its place in the order
--          :sequence      how many letters there have been
-- ARGV[1]  id
-- ARGV[2]  when it failed: milliseconds since 1970, 16 digits
-- ARGV[3]  the letter
-- ARGV[4]  its time to live in milliseconds
--
-- Returns 1.
local prefix, id = KEYS[1], ARGV[1]
local order, places = prefix .. ':order', prefix .. ':places'
-- First what needs no memory: a server that is full refuses a script at its first write only, and the message that this
-- letter holds leaves its stream next.
redis.call('DEL', prefix .. ':letter:' .. id)
redis.call('SET', prefix .. ':letter:' .. id, ARGV[3], 'PX', ARGV[4])
local before = redis.call('HGET', places, id)
local sequence = before and string.match(before, '^%d+~(%d+)~')
if sequence then
  redis.call('ZREM', order, before)
else
  sequence = string.format('%016.0f', redis.call('INCR', prefix .. ':sequence'))
end
local place = ARGV[2] .. '~' .. sequence .. '~' .. id
redis.call('ZADD', order, 0, place)
redis.call('HSET', places, id, place)
-- The oldest lapse first; a few each time keep up with what is put.
for _, oldest in ipairs(redis.call('ZRANGE', order, 0, 7)) do
  local oldId = string.match(oldest, '^%d+~%d+~(.*)$') or ''
  if redis.call('EXISTS', prefix .. ':letter:' .. oldId) == 1 then break end
  redis.call('ZREM', order, oldest)
  redis.call('HDEL', places, oldId)
end
return 1
`;
