import { lua } from '../../connection/lua-script.js';

export const readHeartbeats = lua`
-- The latest heartbeat of each node, and the server's time.
--
-- KEYS[1]  hash from node id to heartbeat; see the script that announces a node
--
-- Returns {milliseconds since 1970, node id, heartbeat, …}.
local time = redis.call('TIME')
local found = redis.call('HGETALL', KEYS[1])
table.insert(found, 1, time[1] * 1000 + math.floor(time[2] / 1000))
return found
`;
