import { type Audience, openAudience, startContender } from '../harness/audience.ts'
import { type HistogramData, type LatencyFigures, merged } from '../harness/histogram.ts'
import { checkOpenFiles } from '../harness/open-files.ts'
import { LAG_COLUMNS, lagRow, milliseconds } from '../harness/report.ts'
import { type Summary, summaryOf } from '../harness/statistics.ts'
import { defineSuite } from '../harness/suite.ts'

const NAMES = ['millrace', 'res.write'] as const
/** Longer than a round of readers that are still being compiled. */
const WARM_UP_EVENTS = 20

/** How late events were read of one contender. */
interface Latency {
  readonly name: string
  /** Over all rounds. */
  readonly all: LatencyFigures
  /** Round by round. */
  readonly p50Ms: Summary
  readonly p99Ms: Summary
}

/** How soon an event is read by all, beside plain writes. */
export const latency = defineSuite({
  title: 'From publish to read: 1,000 streams of one channel, 10 events/s, beside plain writes',
  method:
    'Millrace and plain `response.write` of a buffer that is encoded once have a server process and a process of readers each, with all streams open throughout, and send in turns: `rounds` rounds of `seconds` seconds each, ' +
    'with the other one first each time, `ratePerSecond` events per second of about a kilobyte (`padBytes` and what is around it). Each event has the time at which it was published, by a clock that all processes share; ' +
    'readers count how late it is, for every stream, and hold it to what was sent: once, in order, whole. One process reads one stream after the other, so that most of what they wait for is each other.',
  settings: { streams: 1000, ratePerSecond: 10, rounds: 6, seconds: 4, padBytes: 980 },
  quick: { rounds: 3, seconds: 3 },
  async run({ streams, ratePerSecond, rounds, seconds, padBytes }, { children, note }) {
    checkOpenFiles(streams)
    const sample = { count: ratePerSecond * seconds, events: 1, everyMs: 1000 / ratePerSecond, padBytes }
    const contenders: Array<Audience & { readonly name: string; readonly lags: HistogramData[] }> = []
    for (const name of NAMES) {
      const server = await startContender(children, name)
      const audience = await openAudience(children, server, { streams, padBytes })
      await audience.sendAll({ ...sample, count: WARM_UP_EVENTS })
      await audience.readers.ask('takeLag')
      contenders.push({ name, lags: [], ...audience })
    }
    for (let round = 0; round < rounds; round++) {
      note(`round ${round + 1}`)
      for (const { sendAll, readers, lags } of round % 2 === 0 ? contenders : contenders.toReversed()) {
        await sendAll(sample)
        lags.push(await readers.ask('takeLag'))
      }
    }
    for (const { leave } of contenders) await leave()
    const figures = contenders.map(latencyOf)
    return {
      figures: { streams, contenders: figures },
      tables: [
        {
          title: `Lag to ${streams.toLocaleString('en')} streams, from publish until read`,
          columns: ['', ...LAG_COLUMNS],
          rows: figures.map(({ name, all }) => [name, ...lagRow(all)]),
        },
        {
          title: 'Round by round',
          columns: ['', 'p50, median', 'low', 'high', 'p99, median', 'low', 'high'],
          rows: figures.map(({ name, p50Ms, p99Ms }) => [
            name,
            ...[p50Ms, p99Ms].flatMap(({ median, low, high }) => [median, low, high].map(milliseconds)),
          ]),
        },
      ],
      problems: [],
    }
  },
})

function latencyOf({
  name,
  lags,
}: {
  readonly name: string
  readonly lags: readonly HistogramData[]
}): Latency {
  const rounds = lags.map((lag) => merged([lag]).figures)
  return {
    name,
    all: merged(lags).figures,
    p50Ms: summaryOf(rounds.map(({ p50Ms }) => p50Ms)),
    p99Ms: summaryOf(rounds.map(({ p99Ms }) => p99Ms)),
  }
}
