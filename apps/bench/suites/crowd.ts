import type { ServerCommands } from '../children/channel-server.ts'
import type { CrowdCommands, CrowdResult } from '../children/crowd-readers.ts'
import type { PublisherCommands } from '../children/publisher.ts'
import { totalOf } from '../client/sequence-judge.ts'
import type { Child } from '../harness/children.ts'
import { merged } from '../harness/histogram.ts'
import { type MemoryFigures, readMemory } from '../harness/memory-figures.ts'
import { checkOpenFiles } from '../harness/open-files.ts'
import { poll } from '../harness/poll.ts'
import { LAG_COLUMNS, lagRow, mebibytes, microseconds, milliseconds } from '../harness/report.ts'
import { sharesOf, sumOf } from '../harness/shares.ts'
import { type Finding, defineSuite } from '../harness/suite.ts'
import { type WatchedFigures, watch } from '../harness/watch.ts'

const STREAMS_PER_PROCESS = 5000
const SETTLE_WITHIN_MS = 60_000
const RETURN_WITHIN_MS = 30_000
/** Events in one request at the most: those of ten seconds. */
const MAX_BATCH = 100
/** Streams that warm the engine up, and leave, before the memory of a server without clients is read. */
const WARM_UP_STREAMS = 500
const WARM_UP_EVENTS = 20
/** Heap that compiled code and the like may take beyond what was there before. */
const HEAP_MARGIN_BYTES = 4 * 1024 * 1024

/** What was measured, one phase after the other. */
interface Measured {
  readonly streams: number
  readonly openedInMs: number
  /** How long the server took to let go of all streams when all clients left; `undefined` when it had not in time. */
  readonly leftInMs: number | undefined
  /** How long its heap took, after that, to be what it was; `undefined` when it had not in time. */
  readonly returnedInMs: number | undefined
  readonly before: MemoryFigures
  readonly idle: MemoryFigures
  readonly during: WatchedFigures
  readonly after: MemoryFigures
  readonly clientsCpuUs: number
  readonly results: readonly CrowdResult[]
}

/** Many streams on one server process, all of one channel. */
export const crowd = defineSuite({
  title: 'Many streams of one channel: loss, lag, CPU and memory of one server process',
  method:
    'One server process (toNodeHandler on node:http, built packages) with `streams` open responses of one channel; clients are raw sockets in ' +
    'processes of their own, and a further process publishes by POST, at an even pace; what falls due while a request is unanswered goes in the ' +
    'next one. Each stream is checked event by event. Lag runs from when an event was due in the publisher until its bytes were parsed in the ' +
    'client, all on one machine. CPU time is that of the server process, kernel included. Memory is read after a forced collection: before the ' +
    'clients (warmed up), with them idle, and after all left at once.',
  settings: { streams: 10_000, ratePerSecond: 10, seconds: 300, padBytes: 20 },
  quick: { streams: 1000, seconds: 10 },
  async run({ streams, ratePerSecond, seconds, padBytes }, { children, note }) {
    checkOpenFiles(streams)
    const server = await children.start<ServerCommands>('channel-server', { isMeasured: true })
    const publisher = await children.start<PublisherCommands>('publisher', {
      answersWithinMs: seconds * 1000 + SETTLE_WITHIN_MS,
    })
    const readers = await Promise.all(
      sharesOf(streams, Math.ceil(streams / STREAMS_PER_PROCESS)).map(() =>
        children.start<CrowdCommands>('crowd-readers'),
      ),
    )
    const port = await server.ask('listen', {})
    const connect = async (count: number, after: number): Promise<void> => {
      const connecting = sharesOf(count, readers.length).map(async (share, index) =>
        readers[index]?.ask('connect', { port, after, ...share }),
      )
      await Promise.all(connecting)
    }

    await connect(Math.min(WARM_UP_STREAMS, streams), 0)
    await publisher.ask('publish', { port, count: WARM_UP_EVENTS, ratePerSecond: 100, padBytes })
    await leave(server, readers)
    const before = await readMemory(server)

    note(`opening ${streams} streams`)
    const openingAtMs = performance.now()
    await connect(streams, WARM_UP_EVENTS)
    const openedInMs = performance.now() - openingAtMs
    const idle = await readMemory(server)

    const count = ratePerSecond * seconds
    note(`publishing ${count} events`)
    const clientsCpuBeforeUs = await cpuUsOf(readers)
    const stopWatching = watch(() => server.ask('figures'))
    const { lastN } = await publisher.ask('publish', {
      port,
      firstN: WARM_UP_EVENTS + 1,
      count,
      ratePerSecond,
      padBytes,
      maxBatch: MAX_BATCH,
    })
    // What has not come by then counts as lost.
    await poll(async () => {
      const counts = await Promise.all(readers.map((each) => each.ask('countUpTo', lastN)))
      return sumOf(counts) === streams
    }, SETTLE_WITHIN_MS)
    const during = await stopWatching()
    const clientsCpuUs = (await cpuUsOf(readers)) - clientsCpuBeforeUs
    const results = await Promise.all(readers.map((each) => each.ask('result', lastN)))

    note('all leave')
    const leftInMs = await leave(server, readers)
    let after = await readMemory(server)
    const returnedInMs = await poll(async () => {
      after = await readMemory(server)
      return after.heapUsed <= before.heapUsed + HEAP_MARGIN_BYTES
    }, RETURN_WITHIN_MS)
    return findingOf({
      streams,
      openedInMs,
      leftInMs,
      returnedInMs,
      before,
      idle,
      during,
      after,
      clientsCpuUs,
      results,
    })
  },
})

async function cpuUsOf(readers: readonly Child<CrowdCommands>[]): Promise<number> {
  return sumOf(await Promise.all(readers.map((each) => each.ask('cpuUs'))))
}

/** Has all clients leave at once, and waits until the server has let go of their streams. */
async function leave(
  server: Child<ServerCommands>,
  readers: readonly Child<CrowdCommands>[],
): Promise<number | undefined> {
  await Promise.all(readers.map((each) => each.ask('leave')))
  return poll(async () => (await server.ask('counts')).streams === 0, RETURN_WITHIN_MS)
}

function findingOf({ results, clientsCpuUs, ...measured }: Measured): Finding {
  const { streams, leftInMs, returnedInMs, before, idle, during, after } = measured
  const verdict = totalOf(results.map((each) => each.verdict))
  const ended = sumOf(results.map((each) => each.ended))
  const lag = merged(results.map((each) => each.lag)).figures
  const perDelivery = {
    serverCpuUs: during.cpuUs / verdict.received,
    serverSystemCpuUs: during.cpuSystemUs / verdict.received,
    clientsCpuUs: clientsCpuUs / verdict.received,
  }
  const idlePerStream = {
    heapUsed: (idle.heapUsed - before.heapUsed) / streams,
    rss: (idle.rss - before.rss) / streams,
  }
  const memoryRow = (
    name: string,
    { rss, heapUsed, external, kernelSocketBytes }: Omit<MemoryFigures, 'queuedBytes'>,
  ): string[] => [name, ...[rss, heapUsed, external, kernelSocketBytes].map(mebibytes)]
  return {
    figures: { verdict, ended, lag, perDelivery, idlePerStream, ...measured },
    tables: [
      {
        title: 'Events',
        columns: ['delivered', 'lost', 'repeated', 'gaps', 'streams ended'],
        rows: [[verdict.received, verdict.lost, verdict.repeated, verdict.gaps, ended]],
      },
      {
        title: 'Lag, from when an event was due until it was read',
        columns: LAG_COLUMNS,
        rows: [lagRow(lag)],
      },
      {
        title: 'CPU',
        columns: [
          'server, per delivered event',
          'of it in the kernel',
          'cores in use, median',
          'low',
          'high',
          'longest turn',
          'clients, per event',
        ],
        rows: [
          [
            microseconds(perDelivery.serverCpuUs),
            microseconds(perDelivery.serverSystemCpuUs),
            ...[during.cores.median, during.cores.low, during.cores.high].map((cores) => cores.toFixed(2)),
            milliseconds(during.longestTurnMs),
            microseconds(perDelivery.clientsCpuUs),
          ],
        ],
      },
      {
        title: 'Memory of the server, and of the kernel for all sockets',
        columns: ['', 'RSS', 'heap', 'external', 'kernel'],
        rows: [
          memoryRow('before', before),
          memoryRow(`${streams.toLocaleString('en')} streams, idle`, idle),
          memoryRow('publishing, peaks', {
            rss: during.maxRss,
            heapUsed: during.maxHeapUsed,
            external: during.maxExternal,
            ...(during.maxKernelSocketBytes !== undefined && {
              kernelSocketBytes: during.maxKernelSocketBytes,
            }),
          }),
          memoryRow('after all left', after),
        ],
      },
    ],
    problems: [
      ...(verdict.lost > 0 ? [`${verdict.lost} events were lost`] : []),
      ...(verdict.repeated > 0 ? [`${verdict.repeated} events came twice`] : []),
      ...(verdict.gaps > 0 ? [`${verdict.gaps} gaps were told of, on streams that read all along`] : []),
      ...(ended > 0 ? [`${ended} streams were ended by the server`] : []),
      ...(leftInMs === undefined ? ['the server keeps streams whose clients have left'] : []),
      ...(returnedInMs === undefined
        ? [`the heap was ${mebibytes(before.heapUsed)} before, and is ${mebibytes(after.heapUsed)} after`]
        : []),
    ],
  }
}
