import { type Channel, type ChannelInput, EventStreamError } from '@millrace/core'
import { formatCursor, isApplicationId, isEventType, isReservedType } from '@millrace/core/protocol'
import { Places } from '../admission/places.ts'
import { Revalidations } from '../admission/revalidation.ts'
import { MAX_TIMER_MS, withinTime } from '../admission/within-time.ts'
import { SnapshotReads } from '../channel/snapshot.ts'
import type { ChannelResponseOptions } from '../response/channel-options.ts'
import { channelResponse } from '../response/channel-response.ts'
import { spreadOver } from '../response/event-stream-headers.ts'
import type { BindChannel } from '../response/judge-request.ts'
import type { StreamResponseOptions } from '../response/stream-options.ts'
import { type StreamHandler, streamResponse } from '../response/stream-response.ts'
import { QueueBudget } from '../queue/queue-budget.ts'
import { FlushScheduler } from '../session/flush-scheduler.ts'
import { SessionRegistry, endCleanly } from '../session/session-registry.ts'
import { type SessionSelector, isSessionSelector } from '../session/session-selector.ts'
import { type ClientConnection, connectionOf } from '../session/client-connection.ts'
import type { Session } from '../session/session.ts'
import { SharedTurn } from '../session/shared-turn.ts'
import { nonNegativeInteger } from './check-number.ts'
import { ControlChannel } from './control-channel.ts'
import { FeedRegistry } from './feed-registry.ts'
import { type HubOptions, resolveHubOptions } from './hub-options.ts'
import type { HubParts } from './hub-parts.ts'
import { drainAtShutdown, forgetAtShutdown } from './shutdown.ts'
import { type Subscription, type SubscribeOptions, subscribeTo } from './subscribe.ts'

/** What became of a publish. */
export interface PublishResult {
  /** The event's cursor. */
  readonly lastEventId: string
  /** Whether the same `id` had been published before, so that nothing was added. */
  readonly repeated: boolean
}

/** How a hub is to be drained. */
export interface DrainOptions {
  /** Over how long clients are told to return, and how long one-shot streams may still run, in milliseconds. Default: the hub's `drainMs`. */
  readonly windowMs?: number
}

/** What a drain did. */
export interface DrainResult {
  /** Streams of channels that were ended, to resume elsewhere. */
  readonly moved: number
  /** One-shot streams that finished within the window. */
  readonly finished: number
  /** One-shot streams that were cut off at its end. */
  readonly cut: number
}

/** A channel that a request asks for, with the route's parameters; or a `Response` to answer with instead. */
export type BindResult<Output extends object, Params> =
  | { readonly channel: Channel<object, Output>; readonly params: Params }
  | Response

/** What a framework knows of a request beyond the request. */
export interface RequestScope {
  /** Runs a step that comes after the handler within the scope of the request. Default: just runs it. */
  readonly runInScope?: <Result>(step: () => Result) => Result
  /** The connection that the response goes out on. Default: the one that `toNodeHandler` knows of, if any. */
  readonly connection?: ClientConnection | undefined
}

/** What a hub looks like from outside, at one moment. */
export interface HubInspection {
  /** Open responses. */
  readonly streams: number
  /** Open responses per channel; one-shot streams under the empty name. */
  readonly channels: Readonly<Record<string, number>>
  /** Requests that are being judged: `authorize`, and handlers that have not answered. */
  readonly pending: number
  /** Bytes that wait for clients, of all streams together. */
  readonly queuedBytes: number
  /** One-shot sources whose stream has ended and that run on, since they heed neither their signal nor `return()`. */
  readonly abandonedSources: number
  /** Whether the hub admits nobody any more. */
  readonly isDraining: boolean
}

/** How long a backplane may take to let go, in milliseconds. */
const CLOSE_TIMEOUT_MS = 10_000
const NEVER = new AbortController().signal

/** Takes events from publishers and hands them to clients; one per process is enough. */
export class Hub {
  readonly #parts: HubParts
  readonly #control: ControlChannel
  #state: { readonly name: 'open' } | { readonly name: 'draining' | 'closed'; readonly spreadMs: number } = {
    name: 'open',
  }
  /** The end that all who ask for it wait for. */
  #closed: Promise<void> = Promise.resolve()

  constructor(options: HubOptions = {}) {
    const resolved = resolveHubOptions(options)
    const openSessions = (): Iterable<Session> => this.#openSessions()
    const sessions = new SessionRegistry(resolved)
    const scheduler = new FlushScheduler()
    this.#parts = {
      options: resolved,
      feeds: new FeedRegistry({ ...resolved, schedule: (feed) => scheduler.schedule(feed) }),
      places: new Places(resolved.limits),
      revalidations: new Revalidations({ sessions, observer: resolved.observer }),
      sessions,
      budget: new QueueBudget(resolved.maxTotalQueueBytes, openSessions),
      scheduler,
      turn: new SharedTurn(scheduler),
      sources: new Set(),
      snapshots: new SnapshotReads(),
      listenForControl: () => this.#control.listen(),
      turnAwayMs: () => (this.#state.name === 'open' ? undefined : this.#state.spreadMs),
    }
    this.#control = new ControlChannel(resolved, {
      onMessage: ({ selector }) => void sessions.end(selector, 'revoked'),
      onLoss: () => void sessions.end('whoever can be named', 'broken'),
    })
  }

  /**
   * Adds an event to a channel's log. Once it resolves, every connected or returning client sees the event once and in order,
   * or is told of a gap.
   *
   * @param event - `type`, `data`, and optionally an `id` of the application's own, which makes the call repeatable.
   * @throws {TypeError} If the type is reserved or unknown to the contract, or the id is not 1 to 64 of `A-Za-z0-9_-`.
   * @throws {EventStreamError} `invalid-data`, `limit-exceeded`, `closed`, or what the backplane says.
   */
  async publish<Input extends object>(
    channel: Channel<Input, object>,
    event: ChannelInput<Input>,
  ): Promise<PublishResult> {
    const record = this.#recordOf(untyped(channel), event)
    const { backplane, history, observer } = this.#parts.options
    // Keys that a backplane makes share the name space; the prefix keeps them apart.
    const idempotencyKey = record.id === undefined ? undefined : `+${record.id}`
    const { position, repeated } = await backplane.append(channel.channel, record, {
      idempotencyKey,
      history,
    })
    observer.onPublish?.({ channel: channel.channel, type: record.type, repeated })
    return { lastEventId: formatCursor(position, record), repeated }
  }

  /** The cursor of a channel's newest event: read before a state, it is where a stream can go on behind that state. */
  async lastEventId(channel: Channel<object, object>): Promise<string> {
    this.#checkOpen()
    const { backplane, history } = this.#parts.options
    const page = await backplane.read(channel.channel, { from: 'head', maxEntries: 1, maxBytes: 1, history })
    return formatCursor(page.head)
  }

  /**
   * Hears a channel inside the process: each event once and in order, or a gap. Ends when the signal aborts, the loop is left or the
   * hub is closed.
   *
   * Without `lastEventId` it hears what is published once it has joined, which takes a turn, or as long as the backplane takes to answer.
   * To miss nothing from now on, begin behind the cursor of now.
   *
   * @example
   * const events = hub.subscribe(prices, { lastEventId: await hub.lastEventId(prices) })
   */
  subscribe<Input extends object, Output extends object>(
    channel: Channel<Input, Output>,
    options: SubscribeOptions = {},
  ): Subscription<Output> {
    this.#checkOpen()
    return subscribeTo(this.#parts, untyped(channel), options) as Subscription<Output>
  }

  /** Answers a request with a channel's events. */
  respond<Output extends object, Params>(
    request: Request,
    channel: Channel<object, Output>,
    options: ChannelResponseOptions<Output, Params> & { readonly params?: Params } = {},
  ): Promise<Response> {
    return this.#respond(request, () => ({ channel: untyped(channel), params: options.params as Params }), {
      ...options,
      channel: channel.channel,
    })
  }

  /**
   * Answers a request with the events of the channel that it asks for.
   *
   * @param bind - Finds that channel, once the request has a place; or answers with a `Response` instead.
   */
  respondBound<Output extends object, Params>(
    request: Request,
    bind: () => BindResult<Output, Params> | Promise<BindResult<Output, Params>>,
    options: ChannelResponseOptions<Output, Params> & RequestScope = {},
  ): Promise<Response> {
    return this.#respond(request, bind as BindChannel<Params>, { ...options, channel: undefined })
  }

  /** Answers a request with the events of one source. */
  respondOnce<Params>(
    request: Request,
    handler: StreamHandler<Params>,
    options: StreamResponseOptions & RequestScope & { readonly params: Params },
  ): Promise<Response> {
    if (!this.isDraining) drainAtShutdown(this)
    return streamResponse(this.#parts, request, handler, { ...scopeOf(request), ...options })
  }

  /**
   * Ends the streams that carry a tag, or belong to a principal, on every instance. Their clients return and are judged again.
   *
   * @returns How many streams ended on this instance.
   * @throws {TypeError} If the selector is not one tag or one principal.
   * @throws {EventStreamError} What the backplane says, if the other instances could not be told; here the streams have ended.
   */
  async revoke(selector: SessionSelector): Promise<number> {
    this.#checkOpen()
    if (!isSessionSelector(selector)) {
      throw new TypeError(
        `revoke: expected { tag } or { principal }, one text not empty; got ${JSON.stringify(selector)}`,
      )
    }
    const ended = this.#parts.sessions.end(selector, 'revoked')
    await this.#control.send({ kind: 'revoke', selector })
    return ended
  }

  /** Whether the hub admits nobody any more. */
  get isDraining(): boolean {
    return this.#state.name !== 'open'
  }

  /** How many streams are open, and on which channels. */
  inspect(): HubInspection {
    const { sessions, places, sources, budget } = this.#parts
    const channels = new Map<string, number>()
    for (const { channel = '' } of sessions.records) channels.set(channel, (channels.get(channel) ?? 0) + 1)
    let abandonedSources = 0
    for (const session of sources) if (session.hasEnded) abandonedSources++
    return {
      streams: sessions.size,
      channels: Object.fromEntries(channels),
      pending: places.pending,
      queuedBytes: budget.bytes,
      abandonedSources,
      isDraining: this.isDraining,
    }
  }

  /**
   * Sends all clients away in good order: admits nobody, ends the streams of channels with a return time spread over the window,
   * and gives one-shot streams until its end.
   *
   * @returns What became of the streams that were open.
   */
  async drain({ windowMs = this.#parts.options.drainMs }: DrainOptions = {}): Promise<DrainResult> {
    const { sessions } = this.#parts
    nonNegativeInteger('windowMs', windowMs)
    if (this.#state.name === 'open') this.#state = { name: 'draining', spreadMs: windowMs }
    const endless = [...sessions.records].filter(({ channel }) => channel !== undefined)
    for (const record of endless) endCleanly(record, 'drained', spreadOver(windowMs))
    const finite = this.#openSessions()
    let timer: ReturnType<typeof setTimeout> | undefined
    const windowEnds = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, Math.min(windowMs, MAX_TIMER_MS))
    })
    await Promise.race([sessions.whenEmpty(), windowEnds])
    clearTimeout(timer)
    // A handler that answered with a response of its own has none of ours open.
    const late = this.#openSessions()
    for (const session of late) session.end('drained')
    return { moved: endless.length, finished: finite.size - late.size, cut: late.size }
  }

  /**
   * Ends everything at once, and lets go of the backplane. Publishing afterwards throws `closed`.
   *
   * @throws {EventStreamError} `unavailable` if the backplane takes longer than 10 seconds. What the backplane throws.
   */
  close(): Promise<void> {
    // An observer that is told of an end may ask for it once more, in the middle of it.
    if (this.#state.name !== 'closed') this.#closed = this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    const { sessions, feeds, options } = this.#parts
    this.#state = { name: 'closed', spreadMs: options.drainMs }
    forgetAtShutdown(this)
    for (const record of sessions.records) endCleanly(record, 'drained', spreadOver(options.drainMs))
    for (const session of sessions.held) session.end('drained')
    this.#control.close()
    feeds.close()
    sessions.close()
    const letGo = await withinTime(() => options.backplane.close(), {
      timeoutMs: CLOSE_TIMEOUT_MS,
      signal: NEVER,
    })
    if (letGo.outcome === 'settled') return
    throw new EventStreamError('unavailable', `the backplane did not close within ${CLOSE_TIMEOUT_MS} ms`)
  }

  #respond<Output extends object, Params>(
    request: Request,
    bind: BindChannel<Params>,
    options: ChannelResponseOptions<Output, Params> & RequestScope & { readonly channel: string | undefined },
  ): Promise<Response> {
    if (!this.isDraining) drainAtShutdown(this)
    return channelResponse(this.#parts, request, bind, { ...scopeOf(request), ...options })
  }

  #openSessions(): ReadonlySet<Session> {
    const { records, held } = this.#parts.sessions
    return new Set([...[...records].map(({ session }) => session), ...held])
  }

  #recordOf(
    channel: Channel,
    event: { readonly type: string; readonly data: unknown; readonly id?: string },
  ): {
    readonly type: string
    readonly data: string
    readonly id?: string
  } {
    this.#checkOpen()
    const { type, id } = event
    if (typeof channel.channel !== 'string') {
      throw new TypeError(
        `publish: stream ${channel.stream} has parameters; bind it first, as in ${channel.stream}({ … })`,
      )
    }
    if (!isEventType(type) || isReservedType(type)) {
      throw new TypeError(
        `publish: the event type must be 1 to 200 characters without line ends or NUL, and "millrace." is reserved; got ${JSON.stringify(type)}`,
      )
    }
    if (id !== undefined && !isApplicationId(id)) {
      throw new TypeError(`publish: id must be 1 to 64 of A-Za-z0-9_-; got ${JSON.stringify(id)}`)
    }
    const data = channel.encode(type, event.data)
    this.#checkSize(channel, type, data)
    return id === undefined ? { type, data } : { type, data, id }
  }

  #checkSize(channel: Channel, type: string, data: string): void {
    const { maxEventBytes } = this.#parts.options
    // A UTF-16 unit is 1 to 3 bytes of UTF-8, so most events need no count.
    if (data.length * 3 <= maxEventBytes) return
    const bytes = new TextEncoder().encode(data).length
    if (bytes <= maxEventBytes) return
    throw new EventStreamError(
      'limit-exceeded',
      `publish: data of event "${type}" on ${channel.channel} has ${bytes} bytes; maxEventBytes is ${maxEventBytes}`,
    )
  }

  #checkOpen(): void {
    if (this.#state.name === 'closed') throw new EventStreamError('closed', 'the hub was closed')
  }
}

/** What is known of a request that no framework says anything of. */
function scopeOf(request: Request): {
  readonly runInScope: <Result>(step: () => Result) => Result
  readonly connection: ClientConnection | undefined
} {
  return { runInScope: (step) => step(), connection: connectionOf(request) }
}

/** What a channel carries is known to callers, by its types, and to its codec; the log and all behind it treat all alike. */
function untyped(channel: Channel<object, object>): Channel {
  return channel as unknown as Channel
}
