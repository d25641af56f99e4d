import { setTimeout as delay } from 'node:timers/promises'
import type { ServerCommands } from '../children/channel-server.ts'
import type { PublisherCommands } from '../children/publisher.ts'
import type { UserReaderCommands } from '../children/user-readers.ts'
import { checkOpenFiles } from '../harness/open-files.ts'
import { poll } from '../harness/poll.ts'
import { milliseconds } from '../harness/report.ts'
import { sumOf } from '../harness/shares.ts'
import { type Summary, summaryOf } from '../harness/statistics.ts'
import { type Finding, defineSuite } from '../harness/suite.ts'
import { watch } from '../harness/watch.ts'

const SETTLE_WITHIN_MS = 20_000
/** Revalidations that are watched before anybody is shut out. */
const WATCHED_TICKS = 3

/** What became of the users who were shut out in one way. */
interface Outcome {
  /** From the change until the last byte that each of their streams received. */
  readonly lastByteMs: Summary
  /** Their streams that did not end in time. */
  readonly open: number
  /** Their returns that were not answered 403. */
  readonly admitted: number
}

/** Users who lose their right while they read. */
export const revoke = defineSuite({
  title: 'Users who are shut out while they read: until when bytes come, and how often they are asked about',
  method:
    '`users` users with `streamsPerUser` streams each, of one channel into which events are published all along. Then `revocations` users are shut ' +
    'out and revoked (`hub.revoke`) all at once, and as many others are shut out without a word, which only `revalidateMs` finds out. The time is ' +
    'that from the change in the server until the last byte that the client process read. All of them come back, and are to be answered 403. Runs ' +
    "of `authorize` are counted over three revalidations: a grant is asked for again up to two of the hub's ticks early, so that there are one " +
    'to two per user, however many streams the user has.',
  settings: { users: 1000, streamsPerUser: 5, revocations: 10, revalidateMs: 2000, ratePerSecond: 5 },
  quick: { users: 200 },
  async run({ users, streamsPerUser, revocations, revalidateMs, ratePerSecond }, { children, note }) {
    checkOpenFiles(users * streamsPerUser)
    const server = await children.start<ServerCommands>('channel-server', { isMeasured: true })
    const publisher = await children.start<PublisherCommands>('publisher')
    const readers = await children.start<UserReaderCommands>('user-readers')
    const port = await server.ask('listen', { revalidateMs })
    const everybody = Array.from({ length: users }, (_, index) => `user-${index}`)
    const revoked = everybody.slice(0, revocations)
    const unspoken = everybody.slice(revocations, 2 * revocations)
    const shutOut = [...revoked, ...unspoken]

    note(`opening ${users * streamsPerUser} streams`)
    await readers.ask('connect', { port, users: everybody, streamsPerUser })
    const runsToOpen = (await server.ask('counts')).authorizeRuns
    const seconds = ((WATCHED_TICKS + 4) * revalidateMs) / 1000
    const publishing = publisher.ask('publish', {
      port,
      count: Math.ceil(seconds * ratePerSecond),
      ratePerSecond,
      padBytes: 20,
      maxBatch: 10,
    })
    const stopWatching = watch(() => server.ask('figures'))
    const runsBefore = (await server.ask('counts')).authorizeRuns
    await delay(WATCHED_TICKS * revalidateMs)
    const runsPerTick = ((await server.ask('counts')).authorizeRuns - runsBefore) / WATCHED_TICKS

    note('shutting out')
    const outcomeOf = async (names: readonly string[], isRevoked: boolean): Promise<Outcome> => {
      const atMs = await server.ask('shutOut', { users: names, isRevoked })
      await poll(async () => (await readers.ask('countOpen', names)) === 0, 3 * revalidateMs)
      const open = await readers.ask('countOpen', names)
      const lastByteAtMs = await readers.ask('lastByteAtMs', names)
      const statuses = await readers.ask('comeBack', names)
      return {
        lastByteMs: summaryOf(lastByteAtMs.map((each) => each - atMs)),
        open,
        admitted: statuses.filter((status) => status !== 403).length,
      }
    }
    const outcomes = {
      revoked: await outcomeOf(revoked, true),
      unspoken: await outcomeOf(unspoken, false),
    }
    const { lastN } = await publishing
    const others = (users - shutOut.length) * streamsPerUser
    await poll(
      async () => (await readers.ask('countUpTo', { n: lastN, but: shutOut })) === others,
      SETTLE_WITHIN_MS,
    )
    const figures = await stopWatching()
    const verdict = await readers.ask('verdict', { lastN, but: shutOut })
    return findingOf({ ...outcomes, runsToOpen, runsPerTick, users, verdict, server: figures, revalidateMs })
  },
})

function findingOf({
  revoked,
  unspoken,
  ...figures
}: {
  readonly revoked: Outcome
  readonly unspoken: Outcome
  readonly runsToOpen: number
  readonly runsPerTick: number
  readonly users: number
  readonly revalidateMs: number
  readonly verdict: { readonly lost: number; readonly repeated: number; readonly gaps: number }
  readonly server: { readonly cpuUs: number; readonly elapsedMs: number }
}): Finding {
  const { runsToOpen, runsPerTick, users, revalidateMs, verdict } = figures
  const row = (name: string, { lastByteMs, open, admitted }: Outcome): (string | number)[] => [
    name,
    lastByteMs.count,
    ...[lastByteMs.median, lastByteMs.high].map(milliseconds),
    open,
    admitted,
  ]
  const open = sumOf([revoked.open, unspoken.open])
  const admitted = sumOf([revoked.admitted, unspoken.admitted])
  return {
    figures: { revoked, unspoken, ...figures },
    tables: [
      {
        title: 'From the change until the last byte',
        columns: ['', 'streams', 'median', 'max', 'still open', 'let in again'],
        rows: [row('revoked', revoked), row('shut out without a word', unspoken)],
      },
      {
        title: 'Runs of authorize',
        columns: ['while all streams opened', `per ${milliseconds(revalidateMs)} of revalidation`, 'users'],
        rows: [[runsToOpen, Math.round(runsPerTick), users]],
      },
      {
        title: 'Events of all others',
        columns: ['lost', 'repeated', 'gaps'],
        rows: [[verdict.lost, verdict.repeated, verdict.gaps]],
      },
    ],
    problems: [
      ...(open > 0 ? [`${open} streams of users who were shut out did not end`] : []),
      ...(admitted > 0 ? [`${admitted} users who were shut out were let in again`] : []),
      ...(runsPerTick > users * 2 ? [`authorize ran ${runsPerTick} times per tick for ${users} users`] : []),
      ...(verdict.lost + verdict.repeated + verdict.gaps > 0
        ? ['users who were not shut out lost events, or saw some twice']
        : []),
    ],
  }
}
