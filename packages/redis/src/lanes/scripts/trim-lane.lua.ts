import { lua } from '../../connection/lua-script.js';

export const trimLane = lua`
-- Removes the frames before a position, except the latest ones.
--
-- KEYS[1]  stream of the lane; see append-frame
-- ARGV[1]  position
-- ARGV[2]  number of the latest events that are kept in any case
--
-- Returns the number of frames removed.
local frames, before, kept = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local till = '+'
while kept > 0 do
  local entries = redis.call('XREVRANGE', frames, till, '-', 'COUNT', 64)
  if #entries == 0 then return 0 end
  for _, entry in ipairs(entries) do
    kept = kept - math.max(1, tonumber(entry[2][4]) or 1)
    till = '(' .. entry[1]
    if kept <= 0 then
      before = math.min(before, tonumber(string.match(entry[1], '^0%-(%d+)$') or before))
      break
    end
  end
end
return redis.call('XTRIM', frames, 'MINID', string.format('0-%.0f', before))
`;
