/**
 * Lua that every script begins with: the head of the log, which begins anew where there is none.
 *
 * Inside a script, so that two instances never begin a log twice, under two epochs.
 *
 * Keys: 1 meta, 2 log, 3 ids. Arguments: 1 new epoch, 2 new origin tag, 3 how long at the least to keep the position, in
 * milliseconds. The pub/sub channel is no key: one that never is there would have a cluster turn a script away while it moves the slot.
 */
export const OPEN_LOG = `
local META, LOG, IDS = KEYS[1], KEYS[2], KEYS[3]
-- Never by tostring: it writes large numbers with an exponent.
local function digits(number) return string.format('%.0f', number) end
local function keepPosition() redis.call('PEXPIRE', META, digits(ARGV[3] * 1.25)) end
local function openLog()
  local meta = redis.call('HMGET', META, 'epoch', 'seq', 'tag', 'bytes', 'late')
  if meta[1] then
    -- Longer than need be, and so not at each read, since it is a write, which is kept and replicated.
    if redis.call('PTTL', META) < tonumber(ARGV[3]) then keepPosition() end
    return meta[1], tonumber(meta[2]), meta[3], tonumber(meta[4]), meta[5]
  end
  -- What is left belongs to an epoch that nobody remembers.
  redis.call('DEL', LOG, IDS)
  redis.call('HSET', META, 'epoch', ARGV[1], 'seq', '0', 'tag', ARGV[2], 'bytes', '0')
  keepPosition()
  return ARGV[1], 0, ARGV[2], 0, false
end
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
`

/**
 * Lua for the fields of an entry, in the order in which they stand in the stream.
 *
 * `before` counts the bytes appended before the entry, so that the size of any span is one subtraction.
 */
export const ENTRY_FIELDS = `
local TAG, PREVIOUS, AT, BEFORE, BYTES, KEY = 2, 4, 6, 8, 10, 12
local function seqOf(entry) return tonumber(string.match(entry[1], '^%d+')) end
`

/** Lua that announces a message on a pub/sub channel, within the shard where that exists. */
export const ANNOUNCE = `
local function announce(mode, channel, message)
  local sent
  if mode == 'sharded' then sent = redis.pcall('SPUBLISH', channel, message) end
  if not sent or type(sent) == 'table' then sent = redis.pcall('PUBLISH', channel, message) end
  -- What is announced is in the log already: readers will find it there, and the publisher is told.
  return type(sent) == 'table' and sent.err or ''
end
`
