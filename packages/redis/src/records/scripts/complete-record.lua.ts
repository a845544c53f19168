import { lua } from '../../connection/lua-script.js';

export const completeRecord = lua`
-- Records the outcome of a claim. What stores nothing comes first: a server that is full refuses a script that begins by
-- storing something, and lets one end that has begun.
--
-- KEYS[1]  the record of the id
-- ARGV[1]  fencing token
-- ARGV[2]  '1' for a success, '0' for a failure
-- ARGV[3]  the outcome
-- ARGV[4]  how long it is kept, in milliseconds
--
-- Returns 1, also when the same outcome was recorded before under the same token: the answer may have been lost.
-- Returns 0 if the claim is somebody else's by now, or another outcome is there.
local held = redis.call('HMGET', KEYS[1], 't', 'o', 'b')
if held[1] ~= ARGV[1] then return 0 end
if held[2] then
  if held[2] == ARGV[2] and held[3] == ARGV[3] then return 1 end
  return 0
end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('HDEL', KEYS[1], 'c', 'l')
redis.call('HSET', KEYS[1], 'o', ARGV[2], 'b', ARGV[3])
return 1
`;
