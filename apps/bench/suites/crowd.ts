import { setTimeout as delay } from 'node:timers/promises'
import type { ServerCommands } from '../children/channel-server.ts'
import type { CrowdCommands, CrowdResult } from '../children/crowd-readers.ts'
import type { PublisherCommands } from '../children/publisher.ts'
import { totalOf } from '../client/sequence-judge.ts'
import type { Child } from '../harness/children.ts'
import { merged } from '../harness/histogram.ts'
import { readKernelSocketBytes } from '../harness/kernel-memory.ts'
import { checkOpenFiles } from '../harness/open-files.ts'
import { mebibytes, milliseconds } from '../harness/report.ts'
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

interface MemoryFigures {
  readonly rss: number
  readonly heapUsed: number
  readonly external: number
  readonly kernelSocketBytes?: number
}

/** Many streams on one server process, all of one channel. */
export const crowd = defineSuite({
  title: 'Many streams of one channel: loss, lag, CPU and memory of one server process',
  method:
    'One server process (toNodeHandler on node:http, built packages) with `streams` open responses of one channel; clients are raw sockets in ' +
    'processes of their own, and a further process publishes by POST, at an even pace; what falls due while a request is unanswered goes in the ' +
    'next one. Each stream is checked event by event. Lag runs from when ' +
    'an event was due in the publisher until its bytes were parsed in the client, all on one machine. CPU time is that of the server process, ' +
    'kernel included. Memory is read after a forced collection, before the clients (warmed up), with them idle, and after all left at once.',
  settings: { streams: 10_000, ratePerSecond: 10, seconds: 300, padBytes: 20 },
  quick: { streams: 1000, seconds: 10 },
  async run({ streams, ratePerSecond, seconds, padBytes }, { children, note }) {
    checkOpenFiles(streams)
    const server = await children.start<ServerCommands>('channel-server', { isMeasured: true })
    const publisher = await children.start<PublisherCommands>('publisher', {
      answersWithinMs: seconds * 1000 + SETTLE_WITHIN_MS,
    })
    const readers = await Promise.all(
      Array.from({ length: Math.ceil(streams / STREAMS_PER_PROCESS) }, () =>
        children.start<CrowdCommands>('crowd-readers'),
      ),
    )
    const port = await server.ask('listen', {})
    const connect = (count: number, after: number): Promise<void[]> =>
      Promise.all(
        readers.map((each, index) =>
          each.ask('connect', {
            port,
            after,
            count:
              Math.floor((count * (index + 1)) / readers.length) -
              Math.floor((count * index) / readers.length),
            localAddress: `127.0.0.${index + 2}`,
          }),
        ),
      )

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
    const readerCpuBefore = await resultsOf(readers, WARM_UP_EVENTS)
    const stopWatching = watch(() => server.ask('figures'))
    const { lastN } = await publisher.ask('publish', {
      port,
      firstN: WARM_UP_EVENTS + 1,
      count,
      ratePerSecond,
      padBytes,
      maxBatch: MAX_BATCH,
    })
    await settled(readers, { lastN, streams })
    const during = await stopWatching()
    const results = await resultsOf(readers, lastN)

    note('all leave')
    const leftInMs = await leave(server, readers)
    const after = await readMemoryUntil(server, before.heapUsed + HEAP_MARGIN_BYTES)
    return findingOf({ streams, openedInMs, leftInMs, before, idle, during, after, readerCpuBefore, results })
  },
})

function resultsOf(readers: readonly Child<CrowdCommands>[], lastN: number): Promise<CrowdResult[]> {
  return Promise.all(readers.map((each) => each.ask('result', lastN)))
}

async function settled(
  readers: readonly Child<CrowdCommands>[],
  { lastN, streams }: { readonly lastN: number; readonly streams: number },
): Promise<void> {
  const deadlineMs = performance.now() + SETTLE_WITHIN_MS
  while (performance.now() < deadlineMs) {
    const counts = await Promise.all(readers.map((each) => each.ask('countUpTo', lastN)))
    if (counts.reduce((sum, each) => sum + each, 0) === streams) return
    await delay(20)
  }
}

/** Has all clients leave at once. Returns how long the server took to let go of all streams, in milliseconds. */
async function leave(
  server: Child<ServerCommands>,
  readers: readonly Child<CrowdCommands>[],
): Promise<number> {
  const sinceMs = performance.now()
  await Promise.all(readers.map((each) => each.ask('leave')))
  while ((await server.ask('counts')).streams > 0) {
    if (performance.now() - sinceMs > RETURN_WITHIN_MS)
      throw new Error('the server keeps streams whose clients have left')
    await delay(20)
  }
  return performance.now() - sinceMs
}

async function readMemory(server: Child<ServerCommands>): Promise<MemoryFigures> {
  await server.ask('collectGarbage')
  const { rss, heapUsed, external } = await server.ask('figures')
  const kernelSocketBytes = readKernelSocketBytes()
  return { rss, heapUsed, external, ...(kernelSocketBytes !== undefined && { kernelSocketBytes }) }
}

async function readMemoryUntil(
  server: Child<ServerCommands>,
  heapUsed: number,
): Promise<MemoryFigures & { readonly returnedInMs: number | null }> {
  const sinceMs = performance.now()
  for (;;) {
    const memory = await readMemory(server)
    const elapsedMs = performance.now() - sinceMs
    if (memory.heapUsed <= heapUsed) return { ...memory, returnedInMs: elapsedMs }
    if (elapsedMs > RETURN_WITHIN_MS) return { ...memory, returnedInMs: null }
    await delay(500)
  }
}

function findingOf({
  streams,
  openedInMs,
  leftInMs,
  before,
  idle,
  during,
  after,
  readerCpuBefore,
  results,
}: {
  readonly streams: number
  readonly openedInMs: number
  readonly leftInMs: number
  readonly before: MemoryFigures
  readonly idle: MemoryFigures
  readonly during: WatchedFigures
  readonly after: MemoryFigures & { readonly returnedInMs: number | null }
  readonly readerCpuBefore: readonly CrowdResult[]
  readonly results: readonly CrowdResult[]
}): Finding {
  const verdict = totalOf(results.map((each) => each.verdict))
  const ended = results.reduce((sum, each) => sum + each.ended, 0)
  const lag = merged(results.map((each) => each.lag)).figures
  const cpuOf = (of: readonly CrowdResult[]): number => of.reduce((sum, { cpuUs }) => sum + cpuUs, 0)
  const perDelivery = {
    deliveries: verdict.received,
    serverCpuUs: during.cpuUs / verdict.received,
    serverSystemCpuUs: during.cpuSystemUs / verdict.received,
    clientsCpuUs: (cpuOf(results) - cpuOf(readerCpuBefore)) / verdict.received,
  }
  const idleBytesPerStream = {
    heapUsed: (idle.heapUsed - before.heapUsed) / streams,
    rss: (idle.rss - before.rss) / streams,
  }
  const memoryRow = (
    name: string,
    { rss, heapUsed, external, kernelSocketBytes }: MemoryFigures,
  ): string[] => [name, ...[rss, heapUsed, external, kernelSocketBytes].map(mebibytes)]
  return {
    figures: {
      verdict,
      ended,
      lag,
      perDelivery,
      openedInMs,
      leftInMs,
      idleBytesPerStream,
      before,
      idle,
      during,
      after,
    },
    tables: [
      {
        title: 'Events',
        columns: ['delivered', 'lost', 'repeated', 'gaps', 'streams ended'],
        rows: [[verdict.received.toLocaleString('en'), verdict.lost, verdict.repeated, verdict.gaps, ended]],
      },
      {
        title: 'Lag, from when an event was due until it was read',
        columns: ['p50', 'p90', 'p99', 'p99.9', 'max'],
        rows: [[lag.p50Ms, lag.p90Ms, lag.p99Ms, lag.p999Ms, lag.maxMs].map(milliseconds)],
      },
      {
        title: 'CPU of the server',
        columns: [
          'per delivered event',
          'of it in the kernel',
          'cores in use (median)',
          'low',
          'high',
          'longest turn',
          'clients, per event',
        ],
        rows: [
          [
            `${perDelivery.serverCpuUs.toFixed(1)} µs`,
            `${perDelivery.serverSystemCpuUs.toFixed(1)} µs`,
            ...[during.cores.median, during.cores.low, during.cores.high].map((cores) => cores.toFixed(2)),
            milliseconds(during.longestTurnMs),
            `${perDelivery.clientsCpuUs.toFixed(1)} µs`,
          ],
        ],
      },
      {
        title: 'Memory of the server',
        columns: ['', 'RSS', 'heap', 'external', 'kernel, sockets'],
        rows: [
          memoryRow('before', before),
          memoryRow(`${streams.toLocaleString('en')} streams, idle`, idle),
          [
            'publishing, peaks',
            mebibytes(during.maxRss),
            mebibytes(during.maxHeapUsed),
            `${mebibytes(during.maxArrayBuffers)} (buffers)`,
            mebibytes(during.maxKernelSocketBytes),
          ],
          memoryRow('after all left', after),
        ],
      },
    ],
    problems: [
      ...(verdict.lost > 0 ? [`${verdict.lost} events were lost`] : []),
      ...(verdict.repeated > 0 ? [`${verdict.repeated} events came twice`] : []),
      ...(verdict.gaps > 0 ? [`${verdict.gaps} gaps were told of, on streams that read all along`] : []),
      ...(ended > 0 ? [`${ended} streams were ended by the server`] : []),
      ...(after.returnedInMs === null
        ? [
            `the heap has not returned to what it was: ${mebibytes(before.heapUsed)} before, ${mebibytes(after.heapUsed)} after`,
          ]
        : []),
    ],
  }
}
