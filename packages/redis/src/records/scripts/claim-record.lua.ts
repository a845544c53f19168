import { lua } from '../../connection/lua-script.js';

export const claimRecord = lua`
-- Claims an id, or tells what became of it. Time is the server's.
--
-- KEYS[1]  the record of the id: f fingerprint, t fencing token, c the mark of the claim, l when its lease ends,
--          and once it is finished o '1' or '0', b the outcome
-- KEYS[2]  the last fencing token given out in this slot
-- ARGV[1]  fingerprint of the message
-- ARGV[2]  how long the lease lasts, in milliseconds
-- ARGV[3]  the mark of this claim: a repetition of the same call gets the same answer
-- ARGV[4]  how long an unfinished claim is remembered, in milliseconds
--
-- Returns {'claimed', token}, {'running'}, {'finished', '1' or '0', outcome} or {'mismatch'}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local held = redis.call('HMGET', KEYS[1], 'f', 't', 'c', 'l', 'o', 'b')
if held[1] then
  if held[3] == ARGV[3] then return {'claimed', tonumber(held[2])} end
  if held[1] ~= ARGV[1] then return {'mismatch'} end
  if held[5] and held[6] then return {'finished', held[5], held[6]} end
  if (tonumber(held[4]) or 0) > now then return {'running'} end
end
-- Greater than any before, also where the counter was lost with the server's memory.
local token = math.max((tonumber(redis.pcall('GET', KEYS[2])) or 0) + 1, time[1] * 1000000 + time[2])
redis.call('SET', KEYS[2], string.format('%.0f', token))
if held[1] then redis.call('DEL', KEYS[1]) end
redis.call('HSET', KEYS[1], 'f', ARGV[1], 't', string.format('%.0f', token), 'c', ARGV[3],
  'l', string.format('%.0f', now + ARGV[2]))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return {'claimed', token}
`;
