import { lua } from '../../connection/lua-script.js';

export const releaseWorkerId = lua`
-- Gives a worker id back. It rests for a while, so that two generators of ids do not follow each other on one.
--
-- KEYS[1]  the key of the worker id
-- ARGV[1]  who holds it
-- ARGV[2]  how long it rests, in milliseconds
--
-- Returns 1, or 0 if somebody else holds it by now.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`;
