import { setTimeout as delay } from 'node:timers/promises'
import type { ServerCommands } from '../children/channel-server.ts'
import type { FollowingCommands } from '../children/following-readers.ts'
import type { PublisherCommands } from '../children/publisher.ts'
import { type LatestSummary, type LatestVerdict, latestSummaryOf } from '../client/latest-judge.ts'
import { type LatencyFigures, merged } from '../harness/histogram.ts'
import { poll } from '../harness/poll.ts'
import { LAG_COLUMNS, lagRow, mebibytes, milliseconds } from '../harness/report.ts'
import { type Summary, summaryOf } from '../harness/statistics.ts'
import { type Finding, defineSuite } from '../harness/suite.ts'
import { type WatchedFigures, watch } from '../harness/watch.ts'

const HOT_KEYS = 5
const COLD_KEYS = 45
const SETTLE_WITHIN_MS = 60_000
/** How long cuts go on when nothing is published any more, so that last values are cut off, too. */
const LAST_CUTS_MS = 1000
/** A key whose value did not come for so long, though there was a new one, counts as starved. */
const STARVED_AFTER_MS = 10_000

/** What readers of one kind saw. */
interface Seen {
  readonly summary: LatestSummary
  /** From when a value was due until it was read. */
  readonly lag: LatencyFigures
  /** For each key of each reader, the longest time between two of its values. */
  readonly hotSilenceMs: Summary
  readonly coldSilenceMs: Summary
  readonly responses: number
  readonly isComplete: boolean
}

/** Readers who want the latest value of each key, and are far too slow for all of them. */
export const latest = defineSuite({
  title: 'latest-by-key with readers at a tenth of the rate: last values, order of ids, age of values, cuts',
  method:
    '`ratePerSecond` values are published by POST over 50 keys, 5 of them hot and 45 cold (once a second each), to readers that read a tenth ' +
    'of the bytes per second. Half of the readers are cut off after random times between 200 and 1,500 ms (fixed seed), also while nothing is ' +
    "published any more, and come back behind their last id. The kernel's buffers hide a reader's slowness at first: events are large, so that they " +
    'fill. Lag is that of the values that come, and the longest silence of a key the time between two of its values, both buffers included.',
  settings: { readers: 10, ratePerSecond: 2000, seconds: 30, padBytes: 16_384 },
  quick: { seconds: 8 },
  async run({ readers, ratePerSecond, seconds, padBytes }, { children, note }) {
    const count = ratePerSecond * seconds
    const server = await children.start<ServerCommands>('channel-server', { isMeasured: true })
    const publisher = await children.start<PublisherCommands>('publisher', {
      answersWithinMs: seconds * 1000 + SETTLE_WITHIN_MS,
    })
    const steady = await children.start<FollowingCommands>('following-readers')
    const cutOff = await children.start<FollowingCommands>('following-readers')
    // A position may be as old as what the kernel holds for a reader, and is to be resumed from all the same.
    const history = { maxEvents: 10 * ratePerSecond, maxBytes: 10 * ratePerSecond * (padBytes + 200) }
    const port = await server.ask('listen', {
      slowConsumer: 'latest-by-key',
      hub: { history, replay: { maxEvents: history.maxEvents, maxBytes: history.maxBytes } },
    })
    const half = Math.ceil(readers / 2)
    const bytesPerSecond = (ratePerSecond * padBytes) / 10
    const settings = { port, count: half, expects: 'latest' as const, bytesPerSecond }
    await steady.ask('connect', { ...settings, localAddress: '127.0.0.2' })
    await cutOff.ask('connect', { ...settings, localAddress: '127.0.0.3' })

    note(`publishing ${count} values`)
    const stopWatching = watch(() => server.ask('figures'))
    await cutOff.ask('startCuts', { seed: 1, minMs: 200, maxMs: 1500 })
    const publication = { port, padBytes, ratePerSecond, maxBatch: 50 }
    const { lastN, lastOfKeys } = await publisher.ask('publish', {
      ...publication,
      count,
      keys: keysOfOneSecond(ratePerSecond),
    })
    await delay(LAST_CUTS_MS)
    await cutOff.ask('stopCuts')
    note('reading on')
    const closing = lastN + 1
    await publisher.ask('publish', { ...publication, firstN: closing, count: 1, keys: ['closing'] })
    const seenBy = async (child: typeof steady): Promise<Seen> => {
      const tookMs = await poll(
        async () => (await child.ask('countUpTo', closing)) === half,
        SETTLE_WITHIN_MS,
      )
      const { latest: verdicts, lag, opened } = await child.ask('result', closing)
      return {
        summary: latestSummaryOf(verdicts, lastOfKeys),
        lag: merged([lag]).figures,
        hotSilenceMs: silenceOf(verdicts, 'hot'),
        coldSilenceMs: silenceOf(verdicts, 'cold'),
        responses: opened,
        isComplete: tookMs !== undefined,
      }
    }
    const seen = { steady: await seenBy(steady), cutOff: await seenBy(cutOff) }
    return findingOf({ ...seen, server: await stopWatching() })
  },
})

/** Whose turn it is, for one second: cold keys once, evenly spread, and hot ones in between. */
function keysOfOneSecond(ratePerSecond: number): readonly string[] {
  const every = Math.floor(ratePerSecond / COLD_KEYS)
  return Array.from({ length: ratePerSecond }, (_, index) => {
    const isCold = index % every === 0 && index / every < COLD_KEYS
    return isCold ? `cold-${index / every}` : `hot-${index % HOT_KEYS}`
  })
}

function silenceOf(verdicts: readonly LatestVerdict[], kind: string): Summary {
  return summaryOf(
    verdicts.flatMap(({ keys }) =>
      [...keys].filter(([key]) => key.startsWith(kind)).map(([, { longestSilenceMs }]) => longestSilenceMs),
    ),
  )
}

function findingOf({
  steady,
  cutOff,
  server,
}: {
  readonly steady: Seen
  readonly cutOff: Seen
  readonly server: WatchedFigures
}): Finding {
  const kinds = [
    { name: 'steady', seen: steady },
    { name: 'cut off', seen: cutOff },
  ]
  return {
    figures: { steady, cutOff, server },
    tables: [
      {
        title: 'What the readers saw',
        columns: ['', 'values', 'last values missing', 'ids back', 'values back', 'gaps', 'responses'],
        rows: kinds.map(({ name, seen: { summary, responses } }) => [
          name,
          summary.received,
          summary.lostKeys,
          summary.idsBack,
          summary.valuesBack,
          summary.gaps,
          responses,
        ]),
      },
      {
        title: 'Lag of the values that came',
        columns: ['', ...LAG_COLUMNS],
        rows: kinds.map(({ name, seen: { lag } }) => [name, ...lagRow(lag)]),
      },
      {
        title: 'Longest silence of a key',
        columns: ['', 'hot, median', 'hot, max', 'cold, median', 'cold, max'],
        rows: kinds.map(({ name, seen: { hotSilenceMs, coldSilenceMs } }) => [
          name,
          ...[hotSilenceMs.median, hotSilenceMs.high, coldSilenceMs.median, coldSilenceMs.high].map(
            milliseconds,
          ),
        ]),
      },
      {
        title: 'The server',
        columns: ['cores in use, median', 'longest turn', 'queues, peak', 'kernel, peak'],
        rows: [
          [
            server.cores.median.toFixed(2),
            milliseconds(server.longestTurnMs),
            mebibytes(server.maxQueuedBytes),
            mebibytes(server.maxKernelSocketBytes),
          ],
        ],
      },
    ],
    problems: kinds.flatMap(({ name, seen: { summary, isComplete, hotSilenceMs, coldSilenceMs } }) => {
      const longestMs = Math.max(hotSilenceMs.high, coldSilenceMs.high)
      return [
        ...(isComplete ? [] : [`${name}: not all readers came to the end`]),
        ...(summary.lostKeys > 0
          ? [`${name}: the last value of a key is missing ${summary.lostKeys} times`]
          : []),
        ...(summary.idsBack > 0 ? [`${name}: ids went back ${summary.idsBack} times`] : []),
        ...(summary.valuesBack > 0 ? [`${name}: a value went back ${summary.valuesBack} times`] : []),
        ...(summary.gaps > 0 ? [`${name}: ${summary.gaps} gaps, though the history is long enough`] : []),
        ...(longestMs > STARVED_AFTER_MS ? [`${name}: a key was silent for ${milliseconds(longestMs)}`] : []),
      ]
    }),
  }
}
