import { type LuaScript, luaScript } from './lua-script.ts'
import { ENTRY_FIELDS, OPEN_LOG } from './open-log.ts'

/**
 * Reads a page and the ends of a log, as they are at one moment.
 *
 * Arguments beyond those of {@link OPEN_LOG}: 4 from (`after`, `last`, `head`, `oldest`), 5 its number, 6 most entries,
 * 7 most bytes; and of the history 8 most events, 9 greatest age in milliseconds, 10 most bytes.
 *
 * @returns epoch, seq and tag of the head; seq and tag of the base; bytes to the head; and the entries.
 */
export const READ: LuaScript = luaScript(
  OPEN_LOG,
  ENTRY_FIELDS,
  `
local epoch, head, headTag, total = openLog()
local oldestAt, maxBytes = clock() - tonumber(ARGV[9]), tonumber(ARGV[10])
local function entryAt(seq)
  local id = digits(seq) .. '-0'
  return redis.call('XRANGE', LOG, id, id)[1]
end
local function isKept(entry)
  return entry and total - tonumber(entry[2][BEFORE]) <= maxBytes and tonumber(entry[2][AT]) >= oldestAt
end

-- The oldest entry that the history keeps: what is too old or too much may still be there, in front of it.
local oldest = redis.call('XRANGE', LOG, '-', '+', 'COUNT', 1)[1]
local first = head + 1
if oldest then
  local low, high = math.max(seqOf(oldest), head - tonumber(ARGV[8]) + 1), head + 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if isKept(entryAt(middle)) then high = middle else low = middle + 1 end
  end
  first = low
end
local baseTag = headTag
if first <= head then baseTag = entryAt(first)[2][PREVIOUS] end

local start = ({ after = tonumber(ARGV[5]) + 1, last = head - tonumber(ARGV[5]) + 1, head = head + 1, oldest = first })[ARGV[4]]
start = math.max(start, first)
local page = { epoch, digits(head), headTag, digits(first - 1), baseTag, '0' }
local entries, mostEntries, mostBytes = 0, tonumber(ARGV[6]), tonumber(ARGV[7])
local from, following, isFull = nil, start, start > head
while not isFull do
  -- Few at a time: an entry may be large.
  local count = math.min(20, mostEntries - entries)
  local some = count > 0 and redis.call('XRANGE', LOG, digits(following) .. '-0', '+', 'COUNT', count) or {}
  for _, entry in ipairs(some) do
    local before = tonumber(entry[2][BEFORE])
    from = from or before
    if entries > 0 and before + tonumber(entry[2][BYTES]) - from > mostBytes then
      isFull = true
      break
    end
    entries, following = entries + 1, seqOf(entry) + 1
    page[#page + 1] = entry
  end
  isFull = isFull or #some == 0 or following > head
end
if from then page[6] = digits(total - from) end
return page
`,
)
