import { lua } from '../lua-script.js';

export const keepMark = lua`
-- Keeps a key that says something by being there.
--
-- KEYS[1]  the key
-- ARGV[1]  for how long from now, in milliseconds
--
-- Returns 1 if it was there, or 0.
--
-- A server that is full refuses a script at its first write only, and this one needs no memory: marks are small, and who
-- keeps them is about to make room.
local wasThere = redis.call('PEXPIRE', KEYS[1], ARGV[1])
if wasThere == 0 then redis.call('SET', KEYS[1], '', 'PX', ARGV[1]) end
return wasThere
`;
