import type { HistoryPolicy } from '@millrace/server'

/** A channel of the chaos run. */
export interface ChaosChannel {
  readonly name: string
  readonly slowConsumer: 'disconnect' | 'drop-oldest' | 'pause' | 'latest-by-key'
  /** Events a second, all publishers together. */
  readonly ratePerSecond: number
  /** Characters of each event's data. */
  readonly dataLength: number
}

const light = { ratePerSecond: 90, dataLength: 40 }
/** Large, so that a client that stalls fills the kernel's buffers, and is slow to the server too. */
const heavy = { ratePerSecond: 30, dataLength: 32 * 1024 }

/** Channels of small events, one for each policy: most clients are on these. */
export const LIGHT_CHANNELS: readonly ChaosChannel[] = [
  { name: 'light-disconnect', slowConsumer: 'disconnect', ...light },
  { name: 'light-drop-oldest', slowConsumer: 'drop-oldest', ...light },
  { name: 'light-pause', slowConsumer: 'pause', ...light },
  { name: 'light-latest', slowConsumer: 'latest-by-key', ...light },
]

/** Channels of large events, one for each policy: for clients that stall. */
export const HEAVY_CHANNELS: readonly ChaosChannel[] = [
  { name: 'heavy-disconnect', slowConsumer: 'disconnect', ...heavy },
  { name: 'heavy-drop-oldest', slowConsumer: 'drop-oldest', ...heavy },
  { name: 'heavy-pause', slowConsumer: 'pause', ...heavy },
  { name: 'heavy-latest', slowConsumer: 'latest-by-key', ...heavy },
]

/** All of them. */
export const CHANNELS: readonly ChaosChannel[] = [...LIGHT_CHANNELS, ...HEAVY_CHANNELS]

/** How much of each log is kept: twelve seconds of small events and four of large ones, so that some clients come back too late. */
export const HISTORY: Partial<HistoryPolicy> = { maxEvents: 1000, maxBytes: 8 * 1024 * 1024 }

/** How many publishes of a channel may be under way: Redis may be away for long, and nobody publishes without end into that. */
export function maxUnderWayOf({ ratePerSecond }: ChaosChannel): number {
  return Math.ceil(ratePerSecond / 2)
}

/** Bytes that may wait for one client. */
export const MAX_QUEUE_BYTES = 256 * 1024

/** The type of all events. */
export const EVENT_TYPE = 'event'

/** How many events of a channel the history keeps at the least: what else an entry takes is less than 1,024 bytes. */
export function keptEventsOf({ dataLength }: ChaosChannel): number {
  const { maxEvents = 0, maxBytes = 0 } = HISTORY
  return Math.min(maxEvents, Math.floor(maxBytes / (2 * dataLength + 1024)))
}

/** What an event is a value of, where newer values stand in for older ones. */
export function keyOfNumber(n: number): string {
  return `key-${n % 8}`
}

/** The data of an event. */
export interface ChaosEvent {
  /** Its number within the channel. */
  readonly n: number
  /** Makes its text as long as that of all others. */
  readonly pad: string
}

/** Makes the data of an event. */
export function dataOf({ dataLength }: ChaosChannel, n: number): ChaosEvent {
  return { n, pad: 'x'.repeat(dataLength - JSON.stringify({ n, pad: '' }).length) }
}

/** The number of an event, from its data; NaN where the data is not whole. */
export function numberOf({ dataLength }: ChaosChannel, data: string): number {
  const [, n] = /^\{"n":(\d+),"pad":"x*$/.exec(data.slice(0, 30)) ?? []
  return n && data.length === dataLength && data.endsWith('x"}') ? Number(n) : Number.NaN
}
