import { lua } from '../lua-script.js';

export const keepMark = lua`
-- Sets or extends a marker key.
--
-- KEYS[1]  the key
-- ARGV[1]  time to live, in milliseconds
--
-- Returns 1 if it existed, or 0.
--
-- The first write needs no memory: a server without memory refuses a script at its first write only, and the holder of
-- the mark is about to free memory.
local wasThere = redis.call('PEXPIRE', KEYS[1], ARGV[1])
if wasThere == 0 then redis.call('SET', KEYS[1], '', 'PX', ARGV[1]) end
return wasThere
`;
