import { lua } from '../../connection/lua-script.js';

export const completeRecords = lua`
-- Records the outcomes of claims, also on a server that is full: what was begun may end.
--
-- KEYS[1]  what the keys of the records begin with; see the script that claims them
-- for each outcome
--   +0  id
--   +1  fencing token
--   +2  '1' for a success, '0' for a failure
--   +3  the outcome
--   +4  how long it is kept, in milliseconds
--
-- Returns for each one 1, also when the same outcome was recorded before under the same token: the answer may have been
-- lost. Returns 0 if the claim is somebody else's by now, or another outcome is there.
local prefix = KEYS[1]
local answers = {}
for at = 1, #ARGV, 5 do
  local record, token, ok, outcome = prefix .. ':id:' .. ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local held = redis.call('GET', record) or ''
  local state, heldToken, rest = string.match(held, '^([R01]) (%d+) (.*)$')
  local answer = 0
  if heldToken == token and state == 'R' then
    local print = string.match(rest, '^%d+ %S+ (.*)$')
    local value = ok .. ' ' .. token .. ' ' .. #print .. ' ' .. print .. outcome
    -- First what needs no memory: a server that is full refuses a script at its first write only.
    redis.call('PEXPIRE', record, ARGV[at + 4])
    redis.call('SET', record, value, 'PX', ARGV[at + 4])
    answer = 1
  elseif heldToken == token and state == ok then
    local length, from = string.match(rest, '^(%d+) ()')
    if string.sub(rest, from + length) == outcome then answer = 1 end
  end
  answers[#answers + 1] = answer
end
return answers
`;
