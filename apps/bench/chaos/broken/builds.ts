/** A piece of source, and what stands in its place in a broken build. */
export interface Patch {
  /** The module, from the root of the repository. */
  readonly module: string
  /** It has to be there, once. */
  readonly text: string
  readonly instead: string
}

const JOIN = 'packages/server/src/channel/join-channel.ts'
const FEED = 'packages/server/src/channel/channel-feed.ts'
const JUDGE = 'packages/server/src/channel/judge-resume.ts'
const BACKPLANE = 'packages/redis/src/redis-backplane.ts'
const APPEND = 'packages/redis/src/scripts/append-script.ts'
const POSITION_CHECK = 'packages/redis/src/live/position-check.ts'

/**
 * Builds in which one rule of the design is left out, so that chaos has to find it out.
 *
 * - `history-before-subscribe`: a join reads the log, subscribes, and passes on what comes then.
 * - `two-calls`: a publish takes its number in one call, and writes its entry in another.
 * - `no-tag-check`: a resume compares numbers alone.
 * - `no-position-check`: whoever hears nothing believes that there is nothing.
 */
export const BROKEN_BUILDS: Readonly<Record<string, readonly Patch[]>> = {
  'history-before-subscribe': [
    {
      module: JOIN,
      text: `  await options.feed.armed
  return options.lastEventId === '' ? openFresh(options) : openAt(parseCursor(options.lastEventId), options)
`,
      instead: `  const { lastEventId, feed } = options
  const opened = await (lastEventId === '' ? openFresh(options) : openAt(parseCursor(lastEventId), options))
  await feed.armed
  return opened
`,
    },
    {
      module: JOIN,
      text: 'if (follows(entry, position)) {',
      instead: 'if (entry.epoch === position.epoch && entry.seq > position.seq) {',
    },
    {
      module: FEED,
      text: 'const missing = isSamePosition(position, head) ? [] : this.#window.behind(position)',
      instead: 'const missing: readonly LogEntry[] = []',
    },
  ],
  'two-calls': [
    {
      module: BACKPLANE,
      text: "import { APPEND } from './scripts/append-script.ts'",
      instead: "import { APPEND, NUMBER } from './scripts/append-script.ts'",
    },
    {
      module: BACKPLANE,
      text: '    const reply = await this.#scripts.run(APPEND',
      instead: `    const numbered = await this.#scripts.run(NUMBER, {
      keys: [meta, log, ids],
      args: [...this.#openingArgs(names, history.maxAgeMs), names.tag],
      code: 'outcome-unknown',
    })
    args.push(...(numbered as string[]))
    const reply = await this.#scripts.run(APPEND`,
    },
    {
      module: APPEND,
      text: 'export const APPEND: LuaScript = luaScript(',
      instead: `export const NUMBER: LuaScript = luaScript(OPEN_LOG, \`
local epoch, head, previous = openLog()
redis.call('HSET', META, 'seq', digits(head + 1), 'tag', ARGV[4])
return { digits(head + 1), previous }
\`)
export const APPEND: LuaScript = luaScript(`,
    },
    {
      module: APPEND,
      text: 'local now, seq = clock(), head + 1',
      instead: 'local now, seq = clock(), tonumber(ARGV[17])\nprevious = ARGV[18]',
    },
    {
      module: APPEND,
      text: "redis.call('HSET', META, 'seq', seqText, 'tag', ARGV[5], 'bytes', digits(total))",
      instead: "redis.call('HSET', META, 'bytes', digits(total))",
    },
  ],
  'no-tag-check': [
    {
      module: JUDGE,
      text: 'if (cursor.seq >= base.seq && !isSamePosition(cursor, positionAt(cursor.seq, page))) {',
      instead: 'if (cursor.seq < 0) {',
    },
  ],
  'no-position-check': [
    {
      module: POSITION_CHECK,
      text: '  schedule()\n  return () => {',
      instead: '  return () => {',
    },
  ],
}
