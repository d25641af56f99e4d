import type { Channel, ChannelEvent } from '@millrace/core'
import {
  type JoinOptions,
  type StreamStart,
  followChannel,
  joinChannel,
  openChannel,
} from '../channel/join-channel.ts'
import { retryFrame } from '../channel/protocol-frames.ts'
import { SessionReader, type SessionReaderOptions } from '../channel/session-reader.ts'
import type { Snapshot, SnapshotReader } from '../channel/snapshot.ts'
import { positive } from '../hub/hub-options.ts'
import type { HubParts } from '../hub/hub-parts.ts'
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
  /** Reads the state that a client begins with, instead of a replay; after a gap too. Default: none. */
  readonly snapshot?: SnapshotReader<unknown, Params>
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
  const { backplane, history, replay, observer } = parts.options
  const reader = new SessionReader(session, {
    channel,
    heartbeatMs,
    reconnectionTimeMs: options.reconnectionTimeMs,
    // A route's filter is typed by its contract, and the log's events pass by it untyped.
    filter: admission.filter as SessionReaderOptions['filter'],
    maxHeldBack: Math.max(1, Math.floor(Math.min(history.maxEvents, replay.maxEvents) / 4)),
    observer,
  })
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
    farewell: () => reader.farewell(),
  })
  const join: JoinOptions = {
    channel: channel.channel,
    feed,
    lastEventId: lastEventIdOf(request),
    start: options.start ?? 'head',
    backplane,
    history,
    replay,
  }
  const { principal } = admission
  const { snapshot, params } = options
  void run(
    parts,
    reader,
    join,
    snapshot && {
      key: JSON.stringify([channel.channel, principal]),
      read: () => snapshot({ channel, params: params as Params, principal }),
    },
  )
  return new Response(session.body, { headers: EVENT_STREAM_HEADERS })
}

async function run(
  parts: HubParts,
  reader: SessionReader,
  join: JoinOptions,
  snapshot: { readonly key: string; readonly read: () => Snapshot | Promise<Snapshot> } | undefined,
): Promise<void> {
  const { drainMs, observer } = parts.options
  try {
    const leave = await (snapshot
      ? joinWithSnapshot(parts, reader, join, snapshot)
      : joinChannel(reader, join))
    reader.session.onEnd(leave)
  } catch (error) {
    if (!reader.hasEnded) observer.onError?.(error)
    reader.session.end('unavailable', retryFrame(spreadOver(drainMs)))
  }
}

/** A join in which a state stands in for what came before it; with a cursor that can go on, there is nothing to replace. */
async function joinWithSnapshot(
  { snapshots }: HubParts,
  reader: SessionReader,
  join: JoinOptions,
  { key, read }: { readonly key: string; readonly read: () => Snapshot | Promise<Snapshot> },
): Promise<() => void> {
  const { opening, page } = await openChannel(join)
  if (opening.resume === 'resumed') {
    reader.onOpen(opening)
    return followChannel(reader, { ...join, from: opening.from, page })
  }
  reader.onOpenBeforeSnapshot(opening)
  await reader.ready()
  const placed = await snapshots.place(read, { ...join, key, page })
  if (!reader.hasEnded) reader.onSnapshot(placed)
  return followChannel(reader, { ...join, from: placed.next.opening.from, page: placed.next.page })
}
