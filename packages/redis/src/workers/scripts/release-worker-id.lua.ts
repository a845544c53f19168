import { lua } from '../../connection/lua-script.js';

export const releaseWorkerId = lua`
-- Releases a worker id. It is not leased again for a while, so that two id generators do not use it in succession.
--
-- KEYS[1]  the key of the worker id
-- ARGV[1]  who holds it
-- ARGV[2]  time before it can be leased again, in milliseconds
--
-- Returns 1, or 0 if another connection holds it.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`;
