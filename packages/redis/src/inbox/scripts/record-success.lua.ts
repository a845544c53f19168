import { lua } from '../../connection/lua-script.js';

export const recordSuccess = lua`
-- Records that a handler succeeded with a message. A server that is full refuses a script that begins by storing something,
-- and lets one end that has begun: what has happened is recorded there, too.
--
-- KEYS[1]  the record of the success
-- ARGV[1]  how long it is kept, in milliseconds
--
-- Returns 1.
redis.call('DEL', KEYS[1])
redis.call('SET', KEYS[1], '', 'PX', ARGV[1])
return 1
`;
