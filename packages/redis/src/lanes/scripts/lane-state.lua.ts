import { lua } from '../../connection/lua-script.js';

export const laneState = lua`
#!lua flags=allow-oom
-- State of a lane. Creates the lane if it does not exist, also on a full server: readers need it. Removes entries of others
-- from its end, because positions cannot continue behind them.
--
-- KEYS[1]  stream of the lane; see append-frame
-- ARGV[1]  identity of the lane if it has to be created
--
-- Returns {identity, position of the oldest frame or the next one, position of the newest frame ever, entries removed}.
local frames = KEYS[1]
local identity
if redis.call('EXISTS', frames) == 1 then
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', frames)) do
    -- The reply of each group starts with its name.
    if string.sub(group[2], 1, 6) == 'catga-' then identity = group[2] end
  end
end
if not identity then
  identity = ARGV[1]
  redis.call('XGROUP', 'CREATE', frames, identity, '0-0', 'MKSTREAM')
end

local function told()
  local info, reply = {}, redis.call('XINFO', 'STREAM', frames)
  for at = 1, #reply, 2 do info[reply[at]] = reply[at + 1] end
  return info
end
local function positionOf(entry)
  return tonumber(string.match(entry or '', '^0%-(%d+)$'))
end

local info, removed = told(), 0
local last = positionOf(info['last-generated-id'])
if not last then
  repeat
    local strange = {}
    for at, entry in ipairs(redis.call('XRANGE', frames, '1-0', '+', 'COUNT', 512)) do strange[at] = entry[1] end
    if #strange > 0 then redis.call('XDEL', frames, unpack(strange)) end
    removed = removed + #strange
  until #strange == 0
  info = told()
  -- The number of entries ever added, without those of others.
  last = math.max(info['entries-added'] - removed, positionOf(info['last-entry'] and info['last-entry'][1]) or 0)
  if last == 0 then
    redis.call('DEL', frames)
    redis.call('XGROUP', 'CREATE', frames, identity, '0-0', 'MKSTREAM')
  else
    -- Redis 8 and Valkey 8 set no id below that of the last entry deleted: this one is set back first.
    local added = string.format('%.0f', last)
    redis.call('XSETID', frames, info['last-generated-id'], 'ENTRIESADDED', added, 'MAXDELETEDID', '0-1')
    redis.call('XSETID', frames, string.format('0-%.0f', last), 'ENTRIESADDED', added)
  end
end
local first = positionOf(info['first-entry'] and info['first-entry'][1]) or last + 1
return {identity, first, last, removed}
`;
