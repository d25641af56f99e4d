/** Clients that follow one channel from instance to instance: when theirs breaks off they go on with another, behind their last id. */
import { setTimeout as delay } from 'node:timers/promises'
import type { SplitEvent } from '../client/event-splitter.ts'
import { StreamClient } from '../client/stream-client.ts'
import { type ChaosChannel, EVENT_TYPE, numberOf } from '../chaos/channels.ts'
import { answerCommands } from '../harness/commands.ts'
import { Histogram, type HistogramData } from '../harness/histogram.ts'

/** Whom to read from. */
export interface FailoverSettings {
  readonly port: number
  readonly channel: ChaosChannel
  readonly count: number
  /** Over how long clients that lost their instance spread their return, in milliseconds. */
  readonly spreadMs: number
}

/** How the clients went on. */
export interface FailoverResult {
  /** From the break of a client's connection until it was live again, its own wait included. */
  readonly sinceBreak: HistogramData
  /** From its connect until it was live. */
  readonly sinceConnect: HistogramData
  /** How many were answered `resumed`. */
  readonly resumed: number
}

let settings: FailoverSettings
let nextPort = 0
let sinceBreak = new Histogram()
let sinceConnect = new Histogram()
let resumed = 0
let faults = 0
let waiting: Array<() => void> = []

class FollowingClient {
  readonly #random = Math.random()
  last = 0
  #cursor = ''
  #brokenMs = 0
  #connectedMs = 0
  #connection: StreamClient | undefined

  connect(port: number): Promise<void> {
    this.#connectedMs = performance.now()
    return new Promise((resolve) => {
      this.#connection = new StreamClient(
        { port, path: `/${settings.channel.name}`, lastEventId: this.#cursor },
        { onEvent: (event) => this.#hear(event, resolve), onEnd: () => void this.#goOn() },
      )
    })
  }

  leave(): void {
    this.#connection?.leave()
  }

  async #goOn(): Promise<void> {
    this.#brokenMs = performance.now()
    await delay(this.#random * settings.spreadMs)
    await this.connect(nextPort)
    sinceBreak.record(performance.now() - this.#brokenMs)
    sinceConnect.record(performance.now() - this.#connectedMs)
    waiting.shift()?.()
  }

  #hear({ type, data, id }: SplitEvent, onLive: () => void): void {
    if (id !== '') this.#cursor = id
    if (type === 'millrace.live') onLive()
    if (type === 'millrace.gap') faults++
    if (type === 'millrace.open' && data.includes('"resumed"')) resumed++
    if (type !== EVENT_TYPE) return
    const n = numberOf(settings.channel, data)
    if (this.last > 0 && n !== this.last + 1) faults++
    this.last = n
  }
}

let clients: readonly FollowingClient[] = []

const commands = {
  /** Connects, and resolves when all are live. */
  connect: async (given: FailoverSettings): Promise<void> => {
    settings = given
    clients = Array.from({ length: given.count }, () => new FollowingClient())
    await Promise.all(clients.map((client) => client.connect(given.port)))
  },
  /** Resolves when all have lost their instance and are live on another. Asked before that instance ends. */
  failOver: async (port: number): Promise<FailoverResult> => {
    nextPort = port
    sinceBreak = new Histogram()
    sinceConnect = new Histogram()
    resumed = 0
    waiting = []
    await Promise.all(clients.map(() => new Promise<void>((resolve) => void waiting.push(resolve))))
    return { sinceBreak: sinceBreak.data, sinceConnect: sinceConnect.data, resumed }
  },
  /** How many have read up to an event. */
  countUpTo: (n: number): number => clients.filter(({ last }) => last >= n).length,
  /** Gaps, and events that were not the next. */
  faults: (): number => faults,
  leave: (): void => clients.forEach((client) => client.leave()),
}

/** What these clients can be asked. */
export type FailoverCommands = typeof commands

answerCommands(commands)
