/** Reads many streams of one contender, and holds each event to what was sent. */
import { setTimeout as delay } from 'node:timers/promises'
import { sharedNowMs } from '../client/bench-event.ts'
import { openStreams } from '../client/open-streams.ts'
import { StreamClient } from '../client/stream-client.ts'
import type { Payload } from '../contenders/contender.ts'
import { answerCommands } from '../harness/commands.ts'
import { Histogram, type HistogramData } from '../harness/histogram.ts'

/** Whom to read from. */
export interface FanoutReaderSettings {
  readonly port: number
  readonly path: string
  readonly count: number
  readonly localAddress: string
  /** Bytes of padding that each event is to have. */
  readonly padBytes: number
}

let streams: readonly CheckedStream[] = []
let lag = new Histogram()

/** Events that many clients are sent, and each once: what one was sent is parsed once. By number, of which the last are kept. */
const known: Array<{ readonly data: string; readonly payload: Payload } | undefined> = []
const KNOWN = 64

function payloadOf(data: string): Payload {
  const place = Number.parseInt(data.slice(START.length, START.length + 10)) % KNOWN
  const found = known[place]
  if (found?.data === data) return found.payload
  const payload = JSON.parse(data) as Payload
  known[place] = { data, payload }
  return payload
}

/** How the data of each begins; the number follows. */
const START = '{"n":'

/** One client: every event once, in order, and whole. */
class CheckedStream {
  last = 0
  /** What was not as it should be. */
  wrong = 0
  #client: StreamClient | undefined
  readonly #settings: FanoutReaderSettings

  constructor(settings: FanoutReaderSettings) {
    this.#settings = settings
  }

  /** Resolves with the block by which the server says that this is one of its clients. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#client = new StreamClient(this.#settings, {
        onEvent: ({ type, data }) => {
          if (type === 'open' || type === 'millrace.live') resolve()
          if (type === 'event') this.#check(payloadOf(data))
        },
        onEnd: ({ status }) => {
          this.wrong++
          reject(new Error(`a stream ended (status ${status})`))
        },
      })
    })
  }

  leave(): void {
    this.#client?.leave()
  }

  #check({ n, at, pad }: Payload): void {
    lag.record(sharedNowMs() - at)
    if (n !== this.last + 1 || pad.length !== this.#settings.padBytes) this.wrong++
    this.last = n
  }
}

const commands = {
  connect: (settings: FanoutReaderSettings): Promise<void> => {
    streams = Array.from({ length: settings.count }, () => new CheckedStream(settings))
    return openStreams(streams)
  },
  /** Resolves when all streams have read up to an event; to how many had not, in time. */
  readUpTo: async ({ n, withinMs }: { readonly n: number; readonly withinMs: number }): Promise<number> => {
    const behind = (): number => streams.filter(({ last }) => last < n).length
    for (const endsMs = performance.now() + withinMs; behind() > 0 && performance.now() < endsMs;)
      await delay(2)
    return behind()
  },
  /** What was not as it should be, in all streams: events that came twice, late, not at all or not whole, and ends. */
  countWrong: (): number => streams.reduce((sum, { wrong }) => sum + wrong, 0),
  /** From publish to read, of what was read since the last call. */
  takeLag: (): HistogramData => {
    const { data } = lag
    lag = new Histogram()
    return data
  },
  leave: (): void => {
    for (const stream of streams) stream.leave()
  },
}

/** What the readers can be asked. */
export type FanoutReaderCommands = typeof commands

answerCommands(commands)
