import { lua } from '../../connection/lua-script.js';

export const completeRecords = lua`
-- Records the outcomes of claims, also on a server that is out of memory.
--
-- KEYS     the record of each outcome; see the script that claims them
-- ARGV     for each outcome
--   +0  fencing token
--   +1  '1' for a success, '0' for a failure
--   +2  the outcome
--   +3  time to live, in milliseconds
--
-- Returns for each one 1, also if the same outcome was recorded before under the same token: the reply may have been
-- lost. Returns 0 if another claimant holds the claim, or another outcome is recorded.
local answers = {}
for index, record in ipairs(KEYS) do
  local at = (index - 1) * 4 + 1
  local token, ok, outcome, ttl = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local held = redis.call('GET', record) or ''
  local state, heldToken, rest = string.match(held, '^([R01]) (%d+) (.*)$')
  local answer = 0
  if heldToken == token and state == 'R' then
    local print = string.match(rest, '^%d+ %S+ (.*)$')
    local value = ok .. ' ' .. token .. ' ' .. #print .. ' ' .. print .. outcome
    -- The first write needs no memory: a server without memory refuses a script at its first write only.
    redis.call('PEXPIRE', record, ttl)
    redis.call('SET', record, value, 'PX', ttl)
    answer = 1
  elseif heldToken == token and state == ok then
    local length, from = string.match(rest, '^(%d+) ()')
    if string.sub(rest, from + length) == outcome then answer = 1 end
  end
  answers[#answers + 1] = answer
end
return answers
`;
