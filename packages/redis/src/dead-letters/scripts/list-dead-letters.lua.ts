import { lua } from '../../connection/lua-script.js';

export const listDeadLetters = lua`
-- Lists dead letters by failure time, after a place.
--
-- KEYS[1]  key prefix of dead letters; see the script that puts one
-- ARGV[1]  from where on, as ZRANGEBYLEX takes it
-- ARGV[2]  how far, as ZRANGEBYLEX takes it
-- ARGV[3]  number of places to scan
--
-- Returns {last scanned place, or '' at the end, place, facts, place, facts, …}, where the facts are the
-- JSON that a letter begins with. No body is read.
local prefix = KEYS[1]
local order = prefix .. ':order'
local found = {''}
local looked = redis.call('ZRANGEBYLEX', order, ARGV[1], ARGV[2], 'LIMIT', 0, ARGV[3])
for _, place in ipairs(looked) do
  -- Foreign members of the set are skipped.
  local id = string.match(place, '^%d+~%d+~(.*)$') or ''
  local key = prefix .. ':letter:' .. id
  local length = redis.pcall('GETRANGE', key, 0, 3)
  if type(length) == 'string' and #length == 4 then
    found[#found + 1] = place
    found[#found + 1] = redis.call('GETRANGE', key, 4, 3 + struct.unpack('>I4', length))
  elseif length == '' then
    redis.call('ZREM', order, place)
    redis.call('HDEL', prefix .. ':places', id)
  end
end
if #looked == tonumber(ARGV[3]) then found[1] = looked[#looked] end
return found
`;
