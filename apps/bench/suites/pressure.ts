import type { ServerCommands, SlowConsumerName } from '../children/channel-server.ts'
import type { FollowingCommands, FollowingResult } from '../children/following-readers.ts'
import type { PublisherCommands } from '../children/publisher.ts'
import { type LatestSummary, latestSummaryOf } from '../client/latest-judge.ts'
import type { SequenceVerdict } from '../client/sequence-judge.ts'
import { type LatencyFigures, merged } from '../harness/histogram.ts'
import { type MemoryFigures, readMemory } from '../harness/memory-figures.ts'
import { checkOpenFiles } from '../harness/open-files.ts'
import { poll } from '../harness/poll.ts'
import { mebibytes, milliseconds } from '../harness/report.ts'
import { type Bench, type Finding, defineSuite } from '../harness/suite.ts'
import { type WatchedFigures, watch } from '../harness/watch.ts'

const POLICIES: readonly SlowConsumerName[] = ['disconnect', 'drop-oldest', 'latest-by-key', 'pause']
const SETTLE_WITHIN_MS = 60_000
const KEYS = Array.from({ length: 50 }, (_, index) => `key-${index}`)

interface PressureSettings {
  readonly slow: number
  readonly healthy: number
  readonly megabytes: number
  readonly padBytes: number
  readonly ratePerSecond: number
  readonly writeTimeoutMs: number
}

/** What clients of one kind saw, all together. */
interface Seen {
  readonly sequence: SequenceVerdict
  readonly latest: LatestSummary
  readonly opened: number
  readonly lag: LatencyFigures
  /** Whether all of them came to the end of the channel in time. */
  readonly isComplete: boolean
}

interface PolicyFigures {
  readonly policy: SlowConsumerName
  readonly before: MemoryFigures
  /** While events are published, and nobody of the slow reads. */
  readonly during: WatchedFigures
  /** What is still held for the slow, when all is published and the healthy have it. */
  readonly held: MemoryFigures
  readonly healthy: Seen
  readonly slow: Seen
}

/** Clients that never read, beside others that do. */
export const pressure = defineSuite({
  title:
    'Clients that never read while much is published: memory, the clients beside them, and what they find when they wake',
  method:
    'For each policy a new server process. `slow` clients connect and read nothing from then on; `healthy` clients, in another process, read all; ' +
    '`megabytes` are published by POST from a third, in events of `padBytes`, over 50 keys. At first the kernel takes 4 MB and more for each of ' +
    'the slow, which the healthy feel. Memory is read after a forced collection, before, and when all is published while the slow still do not ' +
    'read; peaks are sampled every 250 ms. Kernel socket memory is that of the whole machine, both ends of all connections. Then the slow read on ' +
    'as fast as they can, come back behind their last id whenever a response ends, and one closing event is published. Each log is judged: every ' +
    'event once and in order, or told of by a gap with the exact number; under latest-by-key the last value of each key, and ids that never go back. ' +
    'The write timeout is longer than the run, so that each policy is seen alone: by default it ends clients that take nothing for 30 s.',
  settings: {
    slow: 200,
    healthy: 50,
    megabytes: 200,
    padBytes: 16_384,
    ratePerSecond: 200,
    writeTimeoutMs: 300_000,
  },
  quick: { megabytes: 24 },
  async run(settings, bench) {
    checkOpenFiles(settings.slow + settings.healthy)
    const policies: PolicyFigures[] = []
    for (const policy of POLICIES) policies.push(await measure(policy, settings, bench))
    return findingOf(policies)
  },
})

async function measure(
  policy: SlowConsumerName,
  { slow, healthy, megabytes, padBytes, ratePerSecond, writeTimeoutMs }: PressureSettings,
  { children, note }: Bench,
): Promise<PolicyFigures> {
  const server = await children.start<ServerCommands>('channel-server', { isMeasured: true })
  const count = Math.ceil((megabytes * 1024 * 1024) / padBytes)
  const publisher = await children.start<PublisherCommands>('publisher', {
    answersWithinMs: (count / ratePerSecond) * 1000 + SETTLE_WITHIN_MS,
  })
  const sleepers = await children.start<FollowingCommands>('following-readers')
  const readers = await children.start<FollowingCommands>('following-readers')
  const port = await server.ask('listen', { slowConsumer: policy, hub: { writeTimeoutMs } })
  const expects = policy === 'latest-by-key' ? 'latest' : 'all'
  await sleepers.ask('connect', { port, count: slow, localAddress: '127.0.0.2', expects })
  await readers.ask('connect', { port, count: healthy, localAddress: '127.0.0.3', expects })
  await sleepers.ask('stall')
  const before = await readMemory(server)

  note(`${policy}: publishing ${count} events`)
  const stopWatching = watch(() => server.ask('figures'), 250)
  const publication = { port, padBytes, ratePerSecond, maxBatch: 8 }
  const { lastN, lastOfKeys } = await publisher.ask('publish', { ...publication, count, keys: KEYS })
  await poll(async () => (await readers.ask('countUpTo', lastN)) === healthy, SETTLE_WITHIN_MS)
  const during = await stopWatching()
  const held = await readMemory(server)

  note(`${policy}: the slow wake up`)
  await sleepers.ask('wake')
  await publisher.ask('publish', { ...publication, firstN: lastN + 1, count: 1, keys: ['closing'] })
  const closing = lastN + 1
  const seenBy = async (child: typeof sleepers, clients: number): Promise<Seen> => {
    const tookMs = await poll(
      async () => (await child.ask('countUpTo', closing)) === clients,
      SETTLE_WITHIN_MS,
    )
    return seenIn(await child.ask('result', closing), { lastOfKeys, isComplete: tookMs !== undefined })
  }
  const figures = {
    policy,
    before,
    during,
    held,
    healthy: await seenBy(readers, healthy),
    slow: await seenBy(sleepers, slow),
  }
  await Promise.all([server, publisher, sleepers, readers].map((child) => child.stop()))
  return figures
}

function seenIn(
  { sequence, latest, opened, lag }: FollowingResult,
  {
    lastOfKeys,
    isComplete,
  }: { readonly lastOfKeys: ReadonlyMap<string, number>; readonly isComplete: boolean },
): Seen {
  return {
    sequence,
    latest: latestSummaryOf(latest, lastOfKeys),
    opened,
    lag: merged([lag]).figures,
    isComplete,
  }
}

function findingOf(policies: readonly PolicyFigures[]): Finding {
  return {
    figures: { policies },
    tables: [
      {
        title: 'Memory of the server: held for the slow (collected), and peaks; that of the kernel apart',
        columns: [
          '',
          'heap before',
          'held',
          'external before',
          'held',
          'queues, held',
          'queues, peak',
          'RSS, peak',
          'kernel, peak',
        ],
        rows: policies.map(({ policy, before, held, during }) => [
          policy,
          ...[
            before.heapUsed,
            held.heapUsed,
            before.external,
            held.external,
            held.queuedBytes,
            during.maxQueuedBytes,
            during.maxRss,
            during.maxKernelSocketBytes,
          ].map(mebibytes),
        ]),
      },
      {
        title: 'The healthy, beside them',
        columns: ['', 'received', 'lost', 'lag p50', 'p99', 'max', 'responses'],
        rows: policies.map(({ policy, healthy: { sequence, latest, lag, opened } }) => [
          policy,
          lag.count,
          sequence.lost + latest.lostKeys,
          ...[lag.p50Ms, lag.p99Ms, lag.maxMs].map(milliseconds),
          opened,
        ]),
      },
      {
        title: 'The slow, when they wake',
        columns: [
          '',
          'received',
          'told missing',
          'lost',
          'gaps',
          'with a wrong number',
          'repeated',
          'ids back',
          'responses',
        ],
        rows: policies.map(({ policy, slow: { sequence, latest, lag, opened } }) => [
          policy,
          lag.count,
          sequence.missed,
          sequence.lost + latest.lostKeys,
          sequence.gaps + latest.gaps,
          sequence.wrongGaps,
          sequence.repeated,
          latest.idsBack,
          opened,
        ]),
      },
    ],
    problems: policies.flatMap(({ policy, healthy, slow }) => [
      ...problemsOf(`${policy}: the healthy`, healthy),
      ...(healthy.sequence.gaps > 0
        ? [`${policy}: the healthy were told of ${healthy.sequence.gaps} gaps`]
        : []),
      ...problemsOf(`${policy}: the slow`, slow),
    ]),
  }
}

function problemsOf(who: string, { sequence, latest, isComplete }: Seen): readonly string[] {
  return [
    ...(isComplete ? [] : [`${who} did not all come to the end`]),
    ...(sequence.lost > 0 ? [`${who} lost ${sequence.lost} events that no gap told of`] : []),
    ...(sequence.repeated > 0 ? [`${who} received ${sequence.repeated} events twice`] : []),
    ...(sequence.wrongGaps > 0 ? [`${who} were told a wrong number ${sequence.wrongGaps} times`] : []),
    ...(latest.lostKeys > 0 ? [`${who} lack the last value of a key ${latest.lostKeys} times`] : []),
    ...(latest.idsBack > 0 ? [`${who} saw ids go back ${latest.idsBack} times`] : []),
    ...(latest.valuesBack > 0 ? [`${who} saw a value go back ${latest.valuesBack} times`] : []),
  ]
}
