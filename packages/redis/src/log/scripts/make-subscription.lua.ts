import { lua } from '../../connection/lua-script.js';

export const makeSubscription = lua`
-- Creates a queue, or updates its names. Writes only what is missing: a full server must let consumers start.
--
-- KEYS[1]  stream of the unacknowledged commands of the queue
-- KEYS[2]  set of its wire names
-- KEYS[3]  hash from a queue to its kind
-- ARGV[1]  queue
-- ARGV[2]  its kind
-- ARGV[3…] wire names
--
-- Returns 1.
local entries, names, queues, id, kind = KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[2]
local isThere = false
if redis.call('EXISTS', entries) == 1 then
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', entries)) do
    -- The reply of each group starts with its name.
    if group[2] == 'catga' then isThere = true end
  end
end
if not isThere then redis.call('XGROUP', 'CREATE', entries, 'catga', '0', 'MKSTREAM') end
if redis.call('HGET', queues, id) ~= kind then
  redis.call('HSET', queues, id, kind)
end
local wanted = {}
for at = 3, #ARGV do wanted[ARGV[at]] = true end
for _, name in ipairs(redis.call('SMEMBERS', names)) do
  if wanted[name] then wanted[name] = nil else redis.call('SREM', names, name) end
end
for name in pairs(wanted) do redis.call('SADD', names, name) end
return 1
`;
