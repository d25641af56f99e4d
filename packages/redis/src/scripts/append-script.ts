import { type LuaScript, luaScript } from './lua-script.ts'
import { ANNOUNCE, ENTRY_FIELDS, OPEN_LOG } from './open-log.ts'

/**
 * Appends an entry, trims what is too much, and announces the entry: one step, so that order and announcement agree.
 *
 * A publish whose reply was lost is soon sent again. So the key of an entry that is trimmed while it is young stays for a while: such
 * keys are late. Within `ids` a field of a blank and the entry's number says when that was made, and the key; `late` in `meta` has the
 * numbers between which they are. Channels that keep their entries for longer than that have none, and pay nothing.
 *
 * Arguments beyond those of {@link OPEN_LOG}: 4 idempotency key, 5 tag, 6 type, 7 data, 8 id, 9 bytes, 10 most events,
 * 11 greatest age in milliseconds, 12 most bytes, 13 pub/sub mode, 14 pub/sub channel, 15 length of the type, 16 how long a key is
 * known at the least, in milliseconds.
 *
 * @returns epoch, seq and tag of the entry, and why it could not be announced, if so.
 */
export const APPEND: LuaScript = luaScript(
  OPEN_LOG,
  ENTRY_FIELDS,
  ANNOUNCE,
  `
local epoch, head, previous, before, late = openLog()
local earlier = redis.call('HGET', IDS, ARGV[4])
if earlier then
  local seq, tag = string.match(earlier, '^(%d+) (.*)$')
  return { epoch, seq, tag, '' }
end

local now, seq = clock(), head + 1
local seqText, total = digits(seq), before + tonumber(ARGV[9])
-- First, since it is what may be refused: out of memory, and nothing has happened.
redis.call('XADD', LOG, seqText .. '-0', 't', ARGV[5], 'p', previous, 'a', digits(now), 'b', digits(before),
  'n', ARGV[9], 'k', ARGV[4], 'e', ARGV[6], 'i', ARGV[8], 'd', ARGV[7])
redis.call('HSET', META, 'seq', seqText, 'tag', ARGV[5], 'bytes', digits(total))
redis.call('HSET', IDS, ARGV[4], seqText .. ' ' .. ARGV[5])

-- A bounded part per append: a history that was cut down shrinks step by step.
local maxEvents, oldestAt, maxBytes = tonumber(ARGV[10]), now - tonumber(ARGV[11]), tonumber(ARGV[12])
local youngAt = now - tonumber(ARGV[16])
local firstLate, lastLate = string.match(late or '', '^(%d+) (%d+)$')
local count, trimmed, isDone = 2, 0, false
repeat
  local last
  local entries = redis.call('XRANGE', LOG, '-', '+', 'COUNT', count)
  for _, entry in ipairs(entries) do
    local fields, number = entry[2], seqOf(entry)
    if seq - number < maxEvents and total - tonumber(fields[BEFORE]) <= maxBytes and tonumber(fields[AT]) >= oldestAt then
      isDone = true
      break
    end
    if tonumber(fields[AT]) < youngAt then
      redis.call('HDEL', IDS, fields[KEY])
    else
      redis.call('HSET', IDS, ' ' .. digits(number), fields[AT] .. ' ' .. fields[KEY])
      firstLate, lastLate = firstLate or digits(number), digits(number)
    end
    last, trimmed = number, trimmed + 1
  end
  if last then redis.call('XTRIM', LOG, 'MINID', '=', digits(last + 1)) end
  isDone = isDone or #entries < count or trimmed >= 500
  count = 50
until isDone

if firstLate then
  local number, final = tonumber(firstLate), tonumber(lastLate)
  local most = number + 500
  while number <= final and number < most do
    local field = ' ' .. digits(number)
    local at, key = string.match(redis.call('HGET', IDS, field) or '', '^(%d+) (.*)$')
    if at and tonumber(at) >= youngAt then break end
    if at then redis.call('HDEL', IDS, field, key) end
    number = number + 1
  end
  local left = number <= final and digits(number) .. ' ' .. lastLate
  if left and left ~= late then redis.call('HSET', META, 'late', left) end
  if late and not left then redis.call('HDEL', META, 'late') end
end

-- A second more than needed, for entries whose age is just within.
redis.call('PEXPIRE', LOG, digits(ARGV[11] + 1000))
redis.call('PEXPIRE', IDS, digits(math.max(ARGV[11], ARGV[16]) + 1000))
local failure = announce(ARGV[13], ARGV[14],
  table.concat({ epoch, seqText, ARGV[5], previous, digits(now), ARGV[15], ARGV[8] }, ' ') .. '\\n' .. ARGV[6] .. ARGV[7])
return { epoch, seqText, ARGV[5], failure }
`,
)
