import { lua } from '../../connection/lua-script.js';

export const claimRecords = lua`
-- Claims ids, or returns their outcomes. Time is the server's.
--
-- KEYS[1]  the last fencing token
-- KEYS[2…] the record of each claim: while it runs 'R <fencing token> <when its lease ends> <mark of the claim> <fingerprint>',
--          then '<1 or 0> <fencing token> <length of the fingerprint> <fingerprint><outcome>'
-- ARGV     for each claim
--   +0  fingerprint of the message
--   +1  mark of the claimant, without spaces: a repeated claim gets the existing one, with a new lease
--   +2  duration of the lease, in milliseconds; an unfinished claim is kept for ten times as long
--
-- Returns for each claim its token, 0 if another one runs, -1 if the id has another fingerprint, -2 if the server is full;
-- or, if it is finished, '1' or '0' and the outcome.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- Greater than any earlier token, even if the counter was lost with the server's data.
local token = math.max(tonumber(redis.pcall('GET', KEYS[1])) or 0, time[1] * 1000000 + time[2] - 1)
local given = 0

local function claim(record, fingerprint, mark, lease)
  local value = string.format('R %.0f %.0f ', token + 1, now + lease) .. mark .. ' ' .. fingerprint
  local made = redis.pcall('SET', record, value, 'NX', 'PX', lease * 10)
  if made and not made.err then
    token = token + 1
    given = given + 1
    return token
  end
  if made and not string.find(made.err, 'OOM') then return made end
  -- The record exists, or the server is out of memory; an existing record can still be read.
  local held = redis.call('GET', record)
  if not held then return -2 end
  local ok, length, at = string.match(held, '^([01]) %d+ (%d+) ()')
  if ok then
    local outcomeAt = at + length
    if string.sub(held, at, outcomeAt - 1) ~= fingerprint then return -1 end
    return ok .. string.sub(held, outcomeAt)
  end
  local heldToken, ends, heldMark, print = string.match(held, '^R (%d+) (%d+) (%S+) (.*)$')
  if print ~= fingerprint then return -1 end
  if heldMark == mark then
    local again = string.format('R %s %.0f ', heldToken, now + lease) .. mark .. ' ' .. fingerprint
    redis.pcall('SET', record, again, 'PX', lease * 10)
    return tonumber(heldToken)
  end
  if tonumber(ends) > now then return 0 end
  if made then return -2 end
  token = math.max(token, tonumber(heldToken)) + 1
  given = given + 1
  redis.call('SET', record, string.format('R %.0f %.0f ', token, now + lease) .. mark .. ' ' .. fingerprint, 'PX', lease * 10)
  return token
end

local answers = {}
for at = 2, #KEYS do
  local offset = (at - 2) * 3
  local answer = claim(KEYS[at], ARGV[offset + 1], ARGV[offset + 2], tonumber(ARGV[offset + 3]))
  if type(answer) == 'table' then return answer end
  answers[#answers + 1] = answer
end
if given > 0 then redis.call('SET', KEYS[1], string.format('%.0f', token)) end
return answers
`;
