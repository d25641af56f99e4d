import type { Histogram } from '../harness/histogram.ts'
import { type BenchEvent, sharedNowMs } from './bench-event.ts'
import type { SplitEvent } from './event-splitter.ts'
import { type StreamAddress, StreamClient, type StreamEnd } from './stream-client.ts'

/** Judges what one client sees. */
export interface StreamJudge {
  /** The number of the newest event received, or stood in for. */
  readonly last: number
  readonly onEvent: (event: BenchEvent) => void
  readonly onGap: (missed: number | null) => void
  readonly onSnapshot: (state: number) => void
  /** Called with every id, before what came with it. */
  readonly onId?: (id: string) => void
}

/** Options of a {@link JudgedStream}. */
export interface JudgedStreamOptions<Judge extends StreamJudge> {
  readonly judge: Judge
  /** Where the lag of each event is counted. */
  readonly lag: Histogram
  /** Called when a response ends, unless the client left. */
  readonly onEnd?: (end: StreamEnd) => void
}

/** One client of the benchmarks' channel: follows it over any number of responses, and has a judge look at what it sees. */
export class JudgedStream<Judge extends StreamJudge> {
  readonly judge: Judge
  /** Snapshots received. */
  snapshots = 0
  /** Responses asked for. */
  opened = 0
  readonly #address: StreamAddress
  readonly #options: JudgedStreamOptions<Judge>
  #client: StreamClient | undefined
  #lastEventId = ''

  constructor(address: StreamAddress, options: JudgedStreamOptions<Judge>) {
    this.#address = address
    this.#options = options
    this.judge = options.judge
  }

  /** The response that is open, or the last one that was. */
  get client(): StreamClient | undefined {
    return this.#client
  }

  /** Connects, behind the last id seen. Resolves when the stream is live; rejects when it ends before. */
  open(): Promise<void> {
    this.opened += 1
    return new Promise((resolve, reject) => {
      this.#client = new StreamClient(
        { ...this.#address, lastEventId: this.#lastEventId },
        {
          onEvent: (event) => {
            if (event.type === 'millrace.live') resolve()
            this.#hear(event)
          },
          onEnd: (end) => {
            reject(new Error(`the stream ended before it was live (status ${end.status})`))
            this.#options.onEnd?.(end)
          },
        },
      )
    })
  }

  /** Leaves, without a word. */
  leave(): void {
    this.#client?.leave()
  }

  #hear({ type, data, id }: SplitEvent): void {
    const { judge, lag } = this.#options
    if (id !== '') {
      this.#lastEventId = id
      judge.onId?.(id)
    }
    if (type === 'event') {
      const event = JSON.parse(data) as BenchEvent
      lag.record(sharedNowMs() - event.at)
      judge.onEvent(event)
    } else if (type === 'millrace.gap') {
      judge.onGap((JSON.parse(data) as { missed: number | null }).missed)
    } else if (type === 'millrace.snapshot') {
      this.snapshots += 1
      judge.onSnapshot((JSON.parse(data) as { state: number }).state)
    }
  }
}
