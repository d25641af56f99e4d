import { type Channel, type ChannelEvent, EventStreamError } from '@millrace/core'
import { type GapReason, formatCursor } from '@millrace/core/protocol'
import { eventOf } from '../channel/event-of.ts'
import { type ChannelReader, type StreamStart, joinChannel } from '../channel/join-channel.ts'
import type { HistoryPolicy } from '../log/backplane.ts'
import { type LogEntry, recordBytes } from '../log/log-entry.ts'
import { type HubObserver, reportError } from './hub-observer.ts'
import type { HubParts } from './hub-parts.ts'

/** Items that may wait for the loop, within the bytes that the log keeps; past that the log is read again at the loop's pace. */
const MAX_WAITING = 1000

/** How long to wait before joining again where the last join brought nothing. */
const REJOIN_DELAY_MS = 50

/** Options of `hub.subscribe`. */
export interface SubscribeOptions {
  /** Where to go on from: the `lastEventId` of an event or a publish. Default: `start` decides. */
  readonly lastEventId?: string
  /** Where to start without one: `'head'` (default), `'oldest'`, or `{ last: n }`. */
  readonly start?: StreamStart
  /** Ends the subscription. */
  readonly signal?: AbortSignal
}

/** Tells a subscriber that events will not come. */
export interface SubscriptionGap {
  /** The name of the protocol's block. */
  readonly type: 'millrace.gap'
  /** Why, and how many; `null` where nobody can know. */
  readonly data: { readonly reason: GapReason; readonly missed: number | null }
  /** The position from which the subscription goes on. */
  readonly lastEventId: string
}

/** What `hub.subscribe` yields: events, and gaps between them. */
export type Subscription<Output extends object> = AsyncGenerator<
  ChannelEvent<Output> | SubscriptionGap,
  void,
  undefined
>

type Item = ChannelEvent<Record<string, unknown>> | SubscriptionGap

/**
 * Hears a channel as soon as it has joined; joins again behind the last item whenever the log broke off, or the loop fell behind.
 *
 * An object of its own around the loop, since a generator that waits cannot be returned from: `return()` and the signal end
 * it at once, also before the first `next()`.
 */
export function subscribeTo(
  parts: HubParts,
  channel: Channel,
  { lastEventId = '', start = 'head', signal }: SubscribeOptions,
): AsyncGenerator<Item, void, undefined> {
  const stop = new AbortController()
  const { feed, release } = parts.feeds.use(channel.channel)
  const { backplane, history, replay } = parts.options
  let inbox: Inbox | undefined
  const end = (): void => {
    signal?.removeEventListener('abort', end)
    // Once, though this is called again: for an inbox that was made meanwhile.
    if (!stop.signal.aborted) release()
    stop.abort()
    inbox?.end()
  }
  signal?.addEventListener('abort', end, { once: true })

  const join = (cursor: string): Inbox => {
    const joining = new Inbox(channel, parts.options)
    inbox = joining
    const joined = joinChannel(joining, {
      feed,
      channel: channel.channel,
      lastEventId: cursor,
      start,
      backplane,
      history,
      replay,
    })
    // Its error comes out of `take`, when what was read before it has been yielded.
    joined.catch((error: unknown) => {
      // The hub was closed, which ends those as well that have yet to join.
      if (feed.isClosed && error instanceof EventStreamError && error.code === 'closed') joining.end()
      else joining.fail(error)
    })
    joining.onEnd(() => void joined.then((membership) => membership.leave()).catch(() => undefined))
    return joining
  }

  const first = join(lastEventId)
  async function* loop(): AsyncGenerator<Item, void, undefined> {
    let cursor = lastEventId
    for (let current = first; !stop.signal.aborted; current = join(cursor)) {
      let hasProgressed = false
      for (let item = await current.take(); item && !stop.signal.aborted; item = await current.take()) {
        hasProgressed = true
        yield item
      }
      cursor = current.lastEventId || cursor
      if (feed.isClosed) return
      // A log that breaks off again at once is given time, and this process its other work.
      if (!hasProgressed && !stop.signal.aborted) await delay(REJOIN_DELAY_MS)
    }
  }
  const items = loop()
  const settle = async (step: Promise<IteratorResult<Item, void>>): Promise<IteratorResult<Item, void>> => {
    try {
      const result = await step
      if (result.done) end()
      return result
    } catch (error) {
      end()
      throw error
    }
  }
  if (signal?.aborted) end()
  return {
    next: () => settle(items.next()),
    return: () => {
      end()
      return settle(items.return())
    },
    throw: (error) => {
      end()
      return settle(items.throw(error))
    },
    [Symbol.asyncIterator]() {
      return this
    },
    async [Symbol.asyncDispose]() {
      await this.return()
    },
  }
}

/** What the items of a join wait by. */
interface InboxOptions {
  readonly observer: HubObserver
  /** Of which `maxBytes` may wait; one item may in any case. */
  readonly history: HistoryPolicy
}

/** Items between a join and a loop. Bounded: a loop that falls behind is taken off, and reads the log again. */
class Inbox implements ChannelReader {
  /** Where to go on from: the last item taken, or where the join opened; empty before that. */
  lastEventId = ''
  readonly #channel: Channel
  readonly #observer: HubObserver
  readonly #maxBytes: number
  #items: Array<{ readonly item: Item; readonly bytes: number }> = []
  #bytes = 0
  #hasEnded = false
  #error: { readonly error: unknown } | undefined
  #isReplaying = true
  #wake: () => void = () => undefined
  #wakeJoin: () => void = () => undefined
  #leave: () => void = () => undefined

  constructor(channel: Channel, { observer, history }: InboxOptions) {
    this.#channel = channel
    this.#observer = observer
    this.#maxBytes = history.maxBytes
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  hasRoomFor(entry: LogEntry): boolean {
    if (this.#items.length === 0) return true
    return this.#items.length < MAX_WAITING && this.#bytes + recordBytes(entry) <= this.#maxBytes
  }

  /** Runs `leave` once, when nothing more is wanted. */
  onEnd(leave: () => void): void {
    this.#leave = leave
  }

  /** The next item; `undefined` when a new join is needed, or the subscription is over. */
  async take(): Promise<Item | undefined> {
    for (;;) {
      const first = this.#items.shift()
      if (this.#items.length === 0) this.#wakeJoin()
      if (first) {
        this.#bytes -= first.bytes
        this.lastEventId = first.item.lastEventId
        return first.item
      }
      if (this.#error) throw this.#error.error
      if (this.#hasEnded) return undefined
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  fail(error: unknown): void {
    this.#error ??= { error }
    this.end()
  }

  end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#wake()
    this.#wakeJoin()
    this.#leave()
  }

  async ready(): Promise<void> {
    while (this.#items.length > 0 && !this.#hasEnded) {
      await new Promise<void>((resolve) => {
        this.#wakeJoin = resolve
      })
    }
  }

  onOpen(opening: Parameters<ChannelReader['onOpen']>[0]): void {
    this.lastEventId = formatCursor(opening.from)
    if (opening.resume !== 'gap') return
    const { reason, missed } = opening
    this.#put({ type: 'millrace.gap', data: { reason, missed }, lastEventId: this.lastEventId }, 0)
  }

  onEntry(entry: LogEntry): void {
    if (this.#hasEnded) return
    if (!this.#isReplaying && !this.hasRoomFor(entry)) return this.end()
    const lastEventId = formatCursor(entry, entry)
    try {
      const item = eventOf(entry, { channel: this.#channel, lastEventId, replayed: this.#isReplaying })
      this.#put(item, recordBytes(entry))
    } catch (error) {
      // Another version of the contract wrote it, perhaps; what becomes of it is this one's to say.
      if (this.#channel.invalidData === 'fail') this.fail(error)
      else reportError(this.#observer, error)
    }
  }

  onLive(): void {
    this.#isReplaying = false
  }

  onBreak(): void {
    this.end()
  }

  onFail(error: unknown): void {
    this.fail(error)
  }

  #put(item: Item, bytes: number): void {
    this.#items.push({ item, bytes })
    this.#bytes += bytes
    this.#wake()
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
