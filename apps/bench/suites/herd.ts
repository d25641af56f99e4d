import type { ServerCommands } from '../children/channel-server.ts'
import type { ComeBackResult, HerdCommands } from '../children/herd-readers.ts'
import type { PublisherCommands } from '../children/publisher.ts'
import { sharedNowMs } from '../client/bench-event.ts'
import { type SequenceVerdict, totalOf } from '../client/sequence-judge.ts'
import { type LatencyFigures, merged } from '../harness/histogram.ts'
import { checkOpenFiles } from '../harness/open-files.ts'
import { poll } from '../harness/poll.ts'
import { milliseconds } from '../harness/report.ts'
import { sharesOf, sumOf } from '../harness/shares.ts'
import { summaryOf } from '../harness/statistics.ts'
import { type Finding, defineSuite } from '../harness/suite.ts'
import { type WatchedFigures, watch } from '../harness/watch.ts'

const CLIENTS_PER_PROCESS = 1000
const SETTLE_WITHIN_MS = 20_000
/** Events that the server keeps, and that are published while everybody is away: nobody can resume. */
const HISTORY_EVENTS = 100
const AWAY_EVENTS = 150

/** One return of all clients. */
interface Round {
  readonly snapshotReads: number
  /** From the first connect until the last client was live. */
  readonly lastLiveMs: number
  /** From a client's connect until it was live. */
  readonly live: LatencyFigures
  readonly server: WatchedFigures
}

/** Many clients that come back nearly together, and all need the state. */
export const herd = defineSuite({
  title: 'A herd: clients that return together to one route with a snapshot',
  method:
    'Clients that were connected leave; more events are published than the history keeps; then all come back, evenly spread over `withinMs`, each ' +
    'with its last id, while publishing goes on. Each is told of a gap, and given a snapshot whose read takes `snapshotMs` and is counted. Each ' +
    "client's log is checked. A client is live when it has read `millrace.live`.",
  settings: { clients: 2000, withinMs: 1000, snapshotMs: 50, ratePerSecond: 10, rounds: 5 },
  quick: { rounds: 2 },
  async run({ clients, withinMs, snapshotMs, ratePerSecond, rounds }, { children, note }) {
    checkOpenFiles(clients)
    const server = await children.start<ServerCommands>('channel-server', { isMeasured: true })
    const publisher = await children.start<PublisherCommands>('publisher')
    const crew = await Promise.all(
      sharesOf(clients, Math.ceil(clients / CLIENTS_PER_PROCESS)).map(async (share) => ({
        share,
        reader: await children.start<HerdCommands>('herd-readers'),
      })),
    )
    const readers = crew.map(({ reader }) => reader)
    const port = await server.ask('listen', { hub: { history: { maxEvents: HISTORY_EVENTS } }, snapshotMs })
    const everybodyHas = (n: number): Promise<number | undefined> =>
      poll(async () => {
        const counts = await Promise.all(readers.map((each) => each.ask('countUpTo', n)))
        return sumOf(counts) === clients
      }, SETTLE_WITHIN_MS)

    let lastN = 0
    const publish = async (count: number, pace: number): Promise<void> => {
      const publication = { port, firstN: lastN + 1, count, ratePerSecond: pace, padBytes: 20, maxBatch: 100 }
      ;({ lastN } = await publisher.ask('publish', publication))
    }
    await Promise.all(crew.map(({ reader, share }) => reader.ask('connect', { port, ...share })))
    const measured: Round[] = []
    let snapshots = 0
    for (let round = 1; round <= rounds; round++) {
      note(`round ${round}: all leave`)
      await Promise.all(readers.map((each) => each.ask('leave')))
      await publish(AWAY_EVENTS, 1000)
      const readsBefore = (await server.ask('counts')).snapshotReads
      const stopWatching = watch(() => server.ask('figures'), 100)
      const startedAtMs = sharedNowMs()
      const publishing = publish(Math.ceil((ratePerSecond * withinMs) / 1000), ratePerSecond)
      const results: readonly ComeBackResult[] = await Promise.all(
        readers.map((each) => each.ask('comeBack', withinMs)),
      )
      const figures = await stopWatching()
      await publishing
      await everybodyHas(lastN)
      snapshots = sumOf(results.map((each) => each.snapshots))
      measured.push({
        snapshotReads: (await server.ask('counts')).snapshotReads - readsBefore,
        lastLiveMs: Math.max(...results.map(({ lastLiveAtMs }) => lastLiveAtMs)) - startedAtMs,
        live: merged(results.map(({ liveAfter }) => liveAfter)).figures,
        server: figures,
      })
    }
    const verdict = totalOf(await Promise.all(readers.map((each) => each.ask('verdict', lastN))))
    return findingOf(measured, { verdict, snapshots, expected: clients * (rounds + 1) })
  },
})

function findingOf(
  rounds: readonly Round[],
  {
    verdict,
    snapshots,
    expected,
  }: { readonly verdict: SequenceVerdict; readonly snapshots: number; readonly expected: number },
): Finding {
  const row = (name: string, values: readonly number[], show: (value: number) => string): string[] => {
    const { median, low, high } = summaryOf(values)
    return [name, ...[median, low, high].map(show)]
  }
  const count = (value: number): string => value.toLocaleString('en')
  return {
    figures: { verdict, snapshots, rounds },
    tables: [
      {
        title: `${rounds.length} rounds`,
        columns: ['', 'median', 'low', 'high'],
        rows: [
          row(
            'reads of the snapshot',
            rounds.map((round) => round.snapshotReads),
            count,
          ),
          row(
            'until the last client was live',
            rounds.map((round) => round.lastLiveMs),
            milliseconds,
          ),
          row(
            'connect to live, p50',
            rounds.map((round) => round.live.p50Ms),
            milliseconds,
          ),
          row(
            'connect to live, p99',
            rounds.map((round) => round.live.p99Ms),
            milliseconds,
          ),
          row(
            'CPU of the server',
            rounds.map((round) => round.server.cpuUs / 1000),
            milliseconds,
          ),
          row(
            'its longest turn',
            rounds.map((round) => round.server.longestTurnMs),
            milliseconds,
          ),
        ],
      },
    ],
    problems: [
      ...(snapshots === expected ? [] : [`${snapshots} snapshots were received, and ${expected} expected`]),
      ...(verdict.lost > 0 ? [`${verdict.lost} events were lost`] : []),
      ...(verdict.repeated > 0 ? [`${verdict.repeated} events came twice`] : []),
    ],
  }
}
