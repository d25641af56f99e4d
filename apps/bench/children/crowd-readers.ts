/** Reads many streams of one channel, and checks each. */
import { type BenchEvent, sharedNowMs } from '../client/bench-event.ts'
import { openStreams } from '../client/open-streams.ts'
import { SequenceJudge, type SequenceVerdict, totalOf } from '../client/sequence-judge.ts'
import { StreamClient } from '../client/stream-client.ts'
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
  /** CPU time of this process, in microseconds since its start. */
  readonly cpuUs: number
}

let clients: StreamClient[] = []
let judges: SequenceJudge[] = []
let lag = new Histogram()
let ended = 0

async function connect({ port, count, localAddress, after }: CrowdSettings): Promise<void> {
  judges = Array.from({ length: count }, () => new SequenceJudge(after))
  lag = new Histogram()
  ended = 0
  await openStreams(count, (index) => openOne(index, { port, localAddress }))
}

function openOne(index: number, address: { port: number; localAddress: string }): Promise<void> {
  const judge = judges[index]
  return new Promise((resolve, reject) => {
    clients[index] = new StreamClient(
      { ...address, path: '/stream' },
      {
        onEvent: ({ type, data }) => {
          if (type === 'event') {
            const { n, at } = JSON.parse(data) as BenchEvent
            lag.record(sharedNowMs() - at)
            judge?.onEvent(n)
          } else if (type === 'millrace.gap')
            judge?.onGap((JSON.parse(data) as { missed: number | null }).missed)
          else if (type === 'millrace.live') resolve()
        },
        onEnd: ({ status }) => {
          ended += 1
          reject(new Error(`a stream ended before it was live (status ${status})`))
        },
      },
    )
  })
}

const commands = {
  connect,
  /** How many streams have read up to an event. */
  countUpTo: (n: number): number => judges.filter(({ last }) => last >= n).length,
  /** What was seen, of a channel that ends at event `lastN`. */
  result: (lastN: number): CrowdResult => {
    for (const judge of judges) judge.onEndOfLog(lastN)
    const { user, system } = process.cpuUsage()
    return {
      verdict: totalOf(judges.map(({ verdict }) => verdict)),
      ended,
      lag: lag.data,
      cpuUs: user + system,
    }
  },
  /** Leaves, all at once. */
  leave: (): void => {
    for (const client of clients) client.leave()
    clients = []
  },
}

/** What the readers can be asked. */
export type CrowdCommands = typeof commands

answerCommands(commands)
