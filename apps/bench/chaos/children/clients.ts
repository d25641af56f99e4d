/** Clients that know the protocol by docs/protocol.md alone: they follow a channel whatever happens, and write down what they see. */
import { seededRandom } from '../../../../scripts/testing/seeded-random.ts'
import { nowMs } from '../clock.ts'
import type { SplitEvent } from '../../client/event-splitter.ts'
import { StreamClient } from '../../client/stream-client.ts'
import { answerCommands } from '../../harness/commands.ts'
import {
  CHANNELS,
  type ChaosChannel,
  EVENT_TYPE,
  HEAVY_CHANNELS,
  LIGHT_CHANNELS,
  numberOf,
} from '../channels.ts'
import { positionOf } from '../judge/position.ts'
import { type StoryData, StoryLog } from '../story-log.ts'

/** Every so many clients one is on a channel of large events. */
const HEAVY_EVERY = 16
const LONGEST_WAIT_MS = 1000
/** How long a response may take to begin. */
const OPENS_WITHIN_MS = 3000
const WATCH_EVERY_MS = 250

let random = seededRandom(0)
let port = 0
const logs = new Map(CHANNELS.map((channel) => [channel, new StoryLog()]))

/** One response of one client. */
export interface ClientResponse {
  readonly client: number
  readonly response: number
}

class ChaosClient {
  readonly index: number
  readonly channel: ChaosChannel
  readonly log: StoryLog
  readonly places: number[] = []
  #cursor = ''
  #connection: StreamClient | undefined
  #responses = 0
  #openedAtMs = 0
  #silenceMs = OPENS_WITHIN_MS
  #retryMs = 0
  /** Chaos keeps it from reading, or from being there. */
  #hindered: 'no' | 'stalled' | 'gone' = 'no'

  constructor(index: number, channel: ChaosChannel) {
    this.index = index
    this.channel = channel
    this.log = logs.get(channel) as StoryLog
  }

  get cursor(): string {
    return this.#cursor
  }

  connect(): void {
    if (this.#hindered === 'gone' || this.#connection) return
    this.#openedAtMs = performance.now()
    this.#silenceMs = OPENS_WITHIN_MS
    this.#note(this.log.other({ kind: 'request', atMs: nowMs(), cursor: this.#cursor }))
    const connection = new StreamClient(
      {
        port,
        path: `/${this.channel.name}?client=${this.index}&response=${++this.#responses}`,
        lastEventId: this.#cursor,
      },
      {
        onEvent: (event) => this.#hear(event),
        onRetry: (ms) => {
          this.#retryMs = Math.min(ms, LONGEST_WAIT_MS)
        },
        onEnd: () => {
          if (this.#connection === connection) this.#comeBack()
        },
      },
    )
    this.#connection = connection
  }

  /** Notes that the proxy hands on nothing of a response for a while. Returns which response, unless there is none. */
  stall(forMs: number): ClientResponse | undefined {
    if (this.#hindered !== 'no' || !this.#connection) return undefined
    this.#hindered = 'stalled'
    this.#note(this.log.other({ kind: 'stalled' }))
    setTimeout(() => {
      this.#hindered = 'no'
      this.#openedAtMs = performance.now()
    }, forMs)
    return { client: this.index, response: this.#responses }
  }

  /** Leaves for a while. */
  leave(forMs: number): void {
    if (this.#hindered !== 'no') return
    this.#hindered = 'gone'
    this.#connection?.leave()
    this.#connection = undefined
    setTimeout(() => {
      this.#hindered = 'no'
      this.connect()
    }, forMs)
  }

  /** A connection that is silent for 2.5 times as long as the server promised is dead (docs/protocol.md §6). */
  watch(): void {
    const connection = this.#connection
    if (!connection || this.#hindered !== 'no') return
    const heardAtMs = Math.max(connection.lastReadMs, this.#openedAtMs)
    if (performance.now() - heardAtMs < this.#silenceMs) return
    connection.leave()
    this.#comeBack()
  }

  #comeBack(): void {
    this.#connection = undefined
    setTimeout(() => this.connect(), this.#retryMs + random() * 200)
    this.#retryMs = 0
  }

  #hear({ type, data, id }: SplitEvent): void {
    if (id !== '') this.#cursor = id
    if (type === EVENT_TYPE) return this.#note(this.log.event(id, numberOf(this.channel, data)))
    const atMs = nowMs()
    if (type === 'millrace.open') {
      const { resume, heartbeatMs } = JSON.parse(data) as { resume: string; heartbeatMs: number }
      this.#silenceMs = Math.max(2.5 * heartbeatMs, 1000)
      this.#note(this.log.other({ kind: 'open', atMs, resume, id }))
    } else if (type === 'millrace.gap') {
      const { reason, missed } = JSON.parse(data) as { reason: string; missed: number | null }
      this.#note(this.log.other({ kind: 'gap', atMs, reason, missed, id }))
    } else if (type === 'millrace.live') {
      this.#note(this.log.other({ kind: 'position', atMs, id, isLive: true }))
    } else if (id !== '') this.#note(this.log.other({ kind: 'position', atMs, id, isLive: false }))
  }

  #note(place: number): void {
    this.places.push(place)
  }
}

let clients: readonly ChaosClient[] = []

function channelOf(index: number): ChaosChannel {
  const isHeavy = index % HEAVY_EVERY === 0
  const channels = isHeavy ? HEAVY_CHANNELS : LIGHT_CHANNELS
  return channels[(isHeavy ? index / HEAVY_EVERY : index) % channels.length] as ChaosChannel
}

function some(share: number, of: readonly ChaosClient[]): readonly ChaosClient[] {
  return of.filter(() => random() < share)
}

const commands = {
  connect: (settings: { readonly port: number; readonly count: number; readonly seed: number }): void => {
    port = settings.port
    random = seededRandom(settings.seed)
    clients = Array.from({ length: settings.count }, (_, index) => new ChaosClient(index, channelOf(index)))
    for (const client of clients) setTimeout(() => client.connect(), random() * 500)
    setInterval(() => {
      for (const client of clients) client.watch()
    }, WATCH_EVERY_MS)
  },
  /** Picks a share of those on channels of large events to be stalled. Returns which responses. */
  stall: ({
    share,
    forMs,
  }: {
    readonly share: number
    readonly forMs: number
  }): readonly ClientResponse[] => {
    const heavy = clients.filter(({ channel }) => HEAVY_CHANNELS.includes(channel))
    return some(share, heavy).flatMap((client) => client.stall(forMs) ?? [])
  },
  /** A share of all clients leaves for a while. */
  leave: ({ share, forMs }: { readonly share: number; readonly forMs: number }): void => {
    for (const client of some(share, clients)) client.leave(forMs)
  },
  /** How many clients have come to the end of their channels, or further. */
  countAt: (ends: readonly string[]): number =>
    clients.filter(({ channel, cursor }) => {
      const end = positionOf(ends[CHANNELS.indexOf(channel)] ?? '')
      const at = positionOf(cursor)
      return end && at && at.epoch === end.epoch && at.seq >= end.seq
    }).length,
  /** All that happened, for each channel. */
  stories: (): readonly StoryData[] =>
    CHANNELS.map((channel) => {
      const { events = [], others = [] } = logs.get(channel) ?? {}
      const own = clients.filter((client) => client.channel === channel)
      const places = own.map((client) => ({ client: client.index, places: Int32Array.from(client.places) }))
      return { events, others, clients: places }
    }),
}

/** What the clients can be asked. */
export type ClientsCommands = typeof commands

answerCommands(commands)
