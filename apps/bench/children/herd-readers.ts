/** Clients that leave one route, and come back to it nearly together. */
import { setTimeout as delay } from 'node:timers/promises'
import { sharedNowMs } from '../client/bench-event.ts'
import { JudgedStream } from '../client/judged-stream.ts'
import { openStreams } from '../client/open-streams.ts'
import { SequenceJudge, type SequenceVerdict, totalOf } from '../client/sequence-judge.ts'
import { answerCommands } from '../harness/commands.ts'
import { Histogram, type HistogramData } from '../harness/histogram.ts'

/** Whom to read from. */
export interface HerdSettings {
  readonly port: number
  readonly count: number
  readonly localAddress: string
}

/** How the clients came back. */
export interface ComeBackResult {
  /** When the last of them was live, by the clock that all processes share. */
  readonly lastLiveAtMs: number
  /** From a client's connect until it was live. */
  readonly liveAfter: HistogramData
  /** Snapshots that they received since they first connected. */
  readonly snapshots: number
}

let streams: readonly JudgedStream<SequenceJudge>[] = []

const commands = {
  connect: ({ port, count, localAddress }: HerdSettings): Promise<void> => {
    const address = { port, localAddress, path: '/stream' }
    streams = Array.from(
      { length: count },
      () => new JudgedStream(address, { judge: new SequenceJudge(0), lag: new Histogram() }),
    )
    return openStreams(streams)
  },
  leave: (): void => {
    for (const stream of streams) stream.leave()
  },
  /** Comes back, evenly spread over some time. Resolves when all are live. */
  comeBack: async (withinMs: number): Promise<ComeBackResult> => {
    const liveAfter = new Histogram()
    await Promise.all(
      streams.map(async (stream, index) => {
        await delay((index / streams.length) * withinMs)
        const sinceMs = performance.now()
        await stream.open()
        liveAfter.record(performance.now() - sinceMs)
      }),
    )
    const snapshots = streams.reduce((sum, each) => sum + each.snapshots, 0)
    return { lastLiveAtMs: sharedNowMs(), liveAfter: liveAfter.data, snapshots }
  },
  /** How many streams have read up to an event. */
  countUpTo: (n: number): number => streams.filter(({ judge }) => judge.last >= n).length,
  /** What was seen, of a channel that ends at event `lastN`. */
  verdict: (lastN: number): SequenceVerdict => {
    for (const { judge } of streams) judge.onEndOfLog(lastN)
    return totalOf(streams.map(({ judge }) => judge.verdict))
  },
}

/** What the readers can be asked. */
export type HerdCommands = typeof commands

answerCommands(commands)
