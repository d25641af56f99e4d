/** Reads many streams of one channel, and checks each. */
import { JudgedStream } from '../client/judged-stream.ts'
import { openStreams } from '../client/open-streams.ts'
import { SequenceJudge, type SequenceVerdict, totalOf } from '../client/sequence-judge.ts'
import { answerCommands } from '../harness/commands.ts'
import { Histogram, type HistogramData } from '../harness/histogram.ts'

/** Whom to read from. */
export interface CrowdSettings {
  readonly port: number
  readonly count: number
  readonly localAddress: string
  /** The number of the last event that was published before. */
  readonly after: number
}

/** What the readers saw. */
export interface CrowdResult {
  readonly verdict: SequenceVerdict
  /** Streams that ended though nobody asked them to. */
  readonly ended: number
  /** From when an event was due until it was read. */
  readonly lag: HistogramData
}

let streams: readonly JudgedStream<SequenceJudge>[] = []
let lag = new Histogram()
let ended = 0

const commands = {
  connect: ({ port, count, localAddress, after }: CrowdSettings): Promise<void> => {
    lag = new Histogram()
    ended = 0
    const onEnd = (): void => void (ended += 1)
    const address = { port, localAddress, path: '/stream' }
    streams = Array.from(
      { length: count },
      () => new JudgedStream(address, { judge: new SequenceJudge(after), lag, onEnd }),
    )
    return openStreams(streams)
  },
  /** How many streams have read up to an event. */
  countUpTo: (n: number): number => streams.filter(({ judge }) => judge.last >= n).length,
  /** CPU time of this process, in microseconds since its start. */
  cpuUs: (): number => {
    const { user, system } = process.cpuUsage()
    return user + system
  },
  /** What was seen, of a channel that ends at event `lastN`. */
  result: (lastN: number): CrowdResult => {
    for (const { judge } of streams) judge.onEndOfLog(lastN)
    return { verdict: totalOf(streams.map(({ judge }) => judge.verdict)), ended, lag: lag.data }
  },
  /** Leaves, all at once. */
  leave: (): void => {
    for (const stream of streams) stream.leave()
  },
}

/** What the readers can be asked. */
export type CrowdCommands = typeof commands

answerCommands(commands)
