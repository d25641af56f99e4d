import type { Channel, ChannelEvent } from '@millrace/core'
import { type Position, formatCursor } from '@millrace/core/protocol'
import { eventOf } from '../channel/event-of.ts'
import { type HubObserver, reportError } from '../hub/hub-observer.ts'
import { tellFailure } from '../hub/tell-failure.ts'
import type { LogEntry } from '../log/log-entry.ts'
import { DropOldestQueue } from './drop-oldest-queue.ts'
import { type KeyOf, LatestQueue } from './latest-queue.ts'
import type { OutputQueue } from './output-queue.ts'
import { PlainQueue } from './plain-queue.ts'

/**
 * What becomes of a client that reads more slowly than events come, once more than `maxQueueBytes` wait for it.
 *
 * | policy | a slow client | fits |
 * |---|---|---|
 * | `'disconnect'` | is disconnected, comes back and resumes | most; the default |
 * | `'pause'` | is read to from the log, at its own pace, until it has caught up | all must arrive, however late; a replay costs reads |
 * | `'drop-oldest'` | loses the oldest events that wait, and is told of one gap with their number | where late is worthless |
 * | `{ policy: 'latest-by-key', key }` | gets the newest event of each key | prices, positions, progress: each replaces the one before |
 */
export type SlowConsumer<Output extends object = Record<string, unknown>> =
  | 'disconnect'
  | 'pause'
  | 'drop-oldest'
  | LatestByKey<Output>

/** Events that replace each other: while several of a key wait for a client, only the newest is sent. */
export interface LatestByKey<Output extends object = Record<string, unknown>> {
  /** Names the policy. */
  readonly policy: 'latest-by-key'
  /**
   * Names what an event is a value of, synchronously; `undefined` for an event that must arrive whatever comes later. Called
   * once per event, not once per client. An event that it throws for arrives, and the hub's observer is told.
   */
  readonly key: (event: ChannelEvent<Output>) => string | undefined
}

/**
 * Checks a policy.
 *
 * @throws {TypeError} If it is none.
 */
export function checkSlowConsumer<Output extends object>(given: SlowConsumer<Output>): SlowConsumer<Output> {
  if (given === 'disconnect' || given === 'pause' || given === 'drop-oldest') return given
  if (isLatestByKey(given)) return given
  throw new TypeError(
    `slowConsumer must be 'disconnect', 'pause', 'drop-oldest' or { policy: 'latest-by-key', key }; got ${JSON.stringify(given)}`,
  )
}

/** What a queue is for. */
export interface QueueContext {
  readonly channel: Channel
  readonly observer: HubObserver
  /** The second position of the client's cursor, if it has one. */
  readonly highest: Position | undefined
}

/** Creates the queue of a policy, for one client. */
export function createQueue(policy: SlowConsumer, { channel, observer, highest }: QueueContext): OutputQueue {
  if (policy === 'drop-oldest') {
    return new DropOldestQueue((missed) =>
      observer.onGap?.({ channel: channel.channel, reason: 'overflow', missed }),
    )
  }
  if (isLatestByKey(policy)) return new LatestQueue(keyOfEntry(policy, { channel, observer }), highest)
  return new PlainQueue()
}

function isLatestByKey(given: unknown): given is LatestByKey {
  if (typeof given !== 'object' || given === null) return false
  const { policy, key } = given as Partial<LatestByKey>
  return policy === 'latest-by-key' && typeof key === 'function'
}

/** Keys by the function that named them: one call serves all clients of a route. */
const keys = new WeakMap<LatestByKey['key'], WeakMap<LogEntry, { readonly key: string | undefined }>>()

function keyOfEntry(
  { key }: LatestByKey,
  { channel, observer }: { readonly channel: Channel; readonly observer: HubObserver },
): KeyOf {
  const known = keys.get(key) ?? new WeakMap<LogEntry, { readonly key: string | undefined }>()
  keys.set(key, known)
  const ask = (entry: LogEntry): string | undefined => {
    try {
      const lastEventId = formatCursor(entry, entry)
      const named: unknown = key(eventOf(entry, { channel, lastEventId, replayed: false }))
      if (named === undefined || typeof named === 'string') return named
      tellFailure(named, (error) => reportError(observer, error))
      throw new TypeError(`latest-by-key: key must return a string or undefined; got ${typeof named}`)
    } catch (error) {
      reportError(observer, error)
      return undefined
    }
  }
  return (entry) => {
    const held = known.get(entry)
    if (held) return held.key
    const named = ask(entry)
    known.set(entry, { key: named })
    return named
  }
}
