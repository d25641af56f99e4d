/** Clients that follow one channel whatever happens: they stall, read slowly, are cut off, and come back behind their last id. */
import { seededRandom } from '../../../scripts/testing/seeded-random.ts'
import type { BenchEvent } from '../client/bench-event.ts'
import { JudgedStream } from '../client/judged-stream.ts'
import { LatestJudge, type LatestVerdict } from '../client/latest-judge.ts'
import { openStreams } from '../client/open-streams.ts'
import { SequenceJudge, type SequenceVerdict, totalOf } from '../client/sequence-judge.ts'
import { answerCommands } from '../harness/commands.ts'
import { Histogram, type HistogramData } from '../harness/histogram.ts'

const RETURN_AFTER_MS = 100

/** Whom to read from, and how. */
export interface FollowingSettings {
  readonly port: number
  readonly count: number
  readonly localAddress: string
  /** How logs are judged: event by event, or by the latest value of each key. */
  readonly expects: 'all' | 'latest'
  /** How fast each client reads. Default: as fast as it can. */
  readonly bytesPerSecond?: number
}

/** What the clients saw. */
export interface FollowingResult {
  /** Of clients that expect all. */
  readonly sequence: SequenceVerdict
  /** Of clients that expect the latest. */
  readonly latest: readonly LatestVerdict[]
  /** Responses that the clients asked for. */
  readonly opened: number
  readonly lag: HistogramData
}

type Stream = JudgedStream<SequenceJudge | LatestJudge>

let streams: readonly Stream[] = []
let lag = new Histogram()
let cutTimers: NodeJS.Timeout[] = []

function createStream({ port, localAddress, expects, bytesPerSecond }: FollowingSettings): Stream {
  const stream: Stream = new JudgedStream(
    { port, localAddress, path: '/stream', ...(bytesPerSecond !== undefined && { bytesPerSecond }) },
    {
      judge: expects === 'all' ? new SequenceJudge(0) : new LatestJudge(),
      lag,
      onEnd: () => void setTimeout(() => reopen(stream), RETURN_AFTER_MS),
    },
  )
  return stream
}

function reopen(stream: Stream): void {
  // One that ends before it is live is opened again, as any other that ends.
  stream.open().catch(() => undefined)
}

const commands = {
  connect: (settings: FollowingSettings): Promise<void> => {
    lag = new Histogram()
    streams = Array.from({ length: settings.count }, () => createStream(settings))
    return openStreams(streams)
  },
  /** Reads nothing more until `wake`. */
  stall: (): void => {
    for (const { client } of streams) client?.pause()
  },
  wake: (): void => {
    for (const { client } of streams) client?.resume()
  },
  /** Cuts every client off again and again, after a random time each; it comes back at once. */
  startCuts: ({ seed, minMs, maxMs }: { seed: number; minMs: number; maxMs: number }): void => {
    const random = seededRandom(seed)
    const cutLater = (stream: Stream, index: number): void => {
      const cut = (): void => {
        stream.leave()
        reopen(stream)
        cutLater(stream, index)
      }
      cutTimers[index] = setTimeout(cut, minMs + random() * (maxMs - minMs))
    }
    for (const [index, stream] of streams.entries()) cutLater(stream, index)
  },
  stopCuts: (): void => {
    for (const timer of cutTimers) clearTimeout(timer)
    cutTimers = []
  },
  /** How many clients have read up to an event. */
  countUpTo: (n: BenchEvent['n']): number => streams.filter(({ judge }) => judge.last >= n).length,
  /** What was seen, of a channel that ends at event `lastN`. */
  result: (lastN: number): FollowingResult => {
    const judges = streams.map(({ judge }) => judge)
    const sequences = judges.filter((judge) => judge instanceof SequenceJudge)
    for (const judge of sequences) judge.onEndOfLog(lastN)
    return {
      sequence: totalOf(sequences.map(({ verdict }) => verdict)),
      latest: judges.filter((judge) => judge instanceof LatestJudge).map(({ verdict }) => verdict),
      opened: streams.reduce((sum, { opened }) => sum + opened, 0),
      lag: lag.data,
    }
  },
}

/** What the readers can be asked. */
export type FollowingCommands = typeof commands

answerCommands(commands)
