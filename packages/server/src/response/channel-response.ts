import type { Channel, ChannelEvent } from '@millrace/core'
import { type Position, formatCursor } from '@millrace/core/protocol'
import type { ChannelFeed } from '../channel/channel-feed.ts'
import { type ChannelReader, type Opening, type StreamStart, joinChannel } from '../channel/join-channel.ts'
import { frameOf } from '../channel/frame.ts'
import {
  HEARTBEAT_COMMENT,
  gapFrame,
  heartbeatFrame,
  liveFrame,
  openFrame,
  retryFrame,
} from '../channel/protocol-frames.ts'
import { positive } from '../hub/hub-options.ts'
import type { HubParts } from '../hub/hub-parts.ts'
import { reportError } from '../hub/report-error.ts'
import type { LogEntry } from '../log/log-entry.ts'
import { eventOf } from '../channel/event-of.ts'
import { Session } from '../session/session.ts'
import {
  EVENT_STREAM_HEADERS,
  headResponse,
  lastEventIdOf,
  returnLaterResponse,
  spreadOver,
} from './event-stream-headers.ts'

/** What `authorize` grants. */
export interface Admission<Output extends object = Record<string, unknown>> {
  /** Who the stream belongs to; `revoke({ principal })` ends it. */
  readonly principal?: string
  /** What else `revoke({ tag })` can name it by. */
  readonly tags?: readonly string[]
  /** When the grant ends, in milliseconds since the epoch. The stream is ended then, and judged again on return. */
  readonly expiresAtMs?: number
  /** Which events this client may see, live and replayed. Synchronous; one that throws ends the stream. */
  readonly filter?: (event: ChannelEvent<Output>) => boolean
}

/** Options of a route that serves a channel. */
export interface ChannelResponseOptions<Output extends object = Record<string, unknown>, Params = unknown> {
  /** Where a client without a cursor starts: `'head'` (default), `'oldest'`, or `{ last: n }`. */
  readonly start?: StreamStart
  /** The longest silence, in milliseconds. Default: the hub's, 15,000. */
  readonly heartbeatMs?: number
  /** How long a client waits before it reconnects, in milliseconds. Default: the client's own, usually 3,000. */
  readonly reconnectionTimeMs?: number
  /** How long a response may last, in milliseconds; each ends at a random 80 to 100 % of it. Default: no limit. */
  readonly lifetimeMs?: number
  /** Judges a request before anything is opened: grants, or answers with a `Response` of its own (401, 403). */
  readonly authorize?: (
    request: Request,
    params: Params,
  ) => Admission<Output> | Response | Promise<Admission<Output> | Response>
}

/** Answers a request with a channel's events. @see docs/protocol.md */
export async function channelResponse<Output extends object, Params>(
  parts: HubParts,
  request: Request,
  channel: Channel,
  options: ChannelResponseOptions<Output, Params> & { readonly params?: Params },
): Promise<Response> {
  if (request.method === 'HEAD') return headResponse()
  const turnAwayMs = parts.turnAwayMs()
  if (turnAwayMs !== undefined) return returnLaterResponse(request, turnAwayMs)
  const admission = (await options.authorize?.(request, options.params as Params)) ?? {}
  if (admission instanceof Response) return admission
  // Asked again: a drain that began while `authorize` was at work does not know of this stream, and nothing would ever end it.
  const turnAwayNowMs = parts.turnAwayMs()
  if (turnAwayNowMs !== undefined) return returnLaterResponse(request, turnAwayNowMs)

  const heartbeatMs = positive('heartbeatMs', options.heartbeatMs ?? parts.options.heartbeatMs)
  const session = new Session({
    limits: parts.options,
    scheduler: parts.scheduler,
    requestSignal: request.signal,
  })
  // The client may have left while `authorize` was at work; then the body is never read, and never cancelled.
  if (session.hasEnded) return headResponse()
  const { feed, release } = parts.feeds.use(channel.channel)
  session.onEnd(release)
  const reader = new SessionReader(session, channel, { ...options, heartbeatMs, filter: admission.filter })
  const lifetimeMs = options.lifetimeMs === undefined ? Infinity : positive('lifetimeMs', options.lifetimeMs)
  const lifetimeEndsAtMs = Date.now() + lifetimeMs * (0.8 + 0.2 * Math.random())
  const expiresAtMs = admission.expiresAtMs ?? Infinity
  parts.sessions.add({
    session,
    channel: channel.channel,
    principal: admission.principal,
    tags: admission.tags ?? [],
    endsAtMs: Math.min(lifetimeEndsAtMs, expiresAtMs),
    endsAs: expiresAtMs <= lifetimeEndsAtMs ? 'expired' : 'lifetime',
    heartbeatMs,
    beat: () => reader.beat(),
  })
  void run(parts, reader, {
    channel,
    feed,
    lastEventId: lastEventIdOf(request),
    start: options.start ?? 'head',
  })
  return new Response(session.body, { headers: EVENT_STREAM_HEADERS })
}

async function run(
  { options }: HubParts,
  reader: SessionReader,
  join: { channel: Channel; feed: ChannelFeed; lastEventId: string; start: StreamStart },
): Promise<void> {
  const { backplane, history, replay, drainMs } = options
  try {
    const leave = await joinChannel(reader, {
      ...join,
      channel: join.channel.channel,
      backplane,
      history,
      replay,
    })
    reader.session.onEnd(leave)
  } catch (error) {
    reportError(error)
    reader.session.end('unavailable', retryFrame(spreadOver(drainMs)))
  }
}

interface ReaderOptions {
  readonly heartbeatMs: number
  readonly reconnectionTimeMs?: number
  readonly filter: ((event: never) => boolean) | undefined
}

/** Writes what a join reads as blocks, with ids that are true when the block leaves. */
class SessionReader implements ChannelReader {
  readonly session: Session
  readonly #channel: Channel
  readonly #options: ReaderOptions
  #position: Position | undefined
  /** Whether a filter held entries back since the last id. */
  #hasMoved = false
  #isReplaying = true

  constructor(session: Session, channel: Channel, options: ReaderOptions) {
    this.session = session
    this.#channel = channel
    this.#options = options
  }

  get hasEnded(): boolean {
    return this.session.hasEnded
  }

  ready(): Promise<void> {
    return this.session.ready()
  }

  onOpen(opening: Opening): void {
    const { heartbeatMs, reconnectionTimeMs } = this.#options
    const block = { resume: opening.resume, delivery: 'all', heartbeatMs } as const
    this.#position = opening.from
    this.session.write(openFrame(block, opening.resume === 'gap' ? undefined : opening.from))
    if (reconnectionTimeMs !== undefined) this.session.write(retryFrame(reconnectionTimeMs))
    if (opening.resume === 'gap')
      this.session.write(gapFrame({ reason: opening.reason, missed: opening.missed }, opening.from))
  }

  onEntry(entry: LogEntry): void {
    this.#position = entry
    this.#hasMoved = !this.#mayPass(entry)
    if (!this.#hasMoved) this.session.write(frameOf(entry))
  }

  onLive(position: Position): void {
    this.#isReplaying = false
    this.#hasMoved = false
    this.session.write(liveFrame(position))
  }

  onBreak(): void {
    this.session.end('broken')
  }

  /** Gives a sign of life; one with an id where a filter held events back since the last. */
  beat(): void {
    this.session.write(this.#hasMoved && this.#position ? heartbeatFrame(this.#position) : HEARTBEAT_COMMENT)
    this.#hasMoved = false
  }

  #mayPass(entry: LogEntry): boolean {
    const { filter } = this.#options
    if (!filter) return true
    try {
      const event = eventOf(entry, {
        channel: this.#channel,
        lastEventId: formatCursor(entry, entry.id),
        replayed: this.#isReplaying,
      })
      return filter(event as never)
    } catch (error) {
      reportError(error)
      this.session.end('failed')
      return false
    }
  }
}
