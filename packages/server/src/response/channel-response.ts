import type { Channel } from '@millrace/core'
import { type JoinOptions, followChannel, joinChannel, openChannel } from '../channel/join-channel.ts'
import { retryFrame } from '../channel/protocol-frames.ts'
import { SessionReader, type SessionReaderOptions } from '../channel/session-reader.ts'
import type { SharedRead, SnapshotReader } from '../channel/snapshot.ts'
import { reportError } from '../hub/hub-observer.ts'
import type { HubParts } from '../hub/hub-parts.ts'
import { Session } from '../session/session.ts'
import { type Admission, checkAdmission, isResponse } from './authorize.ts'
import {
  type ChannelResponseOptions,
  type ChannelSettings,
  resolveChannelSettings,
} from './channel-options.ts'
import {
  EVENT_STREAM_HEADERS,
  headResponse,
  lastEventIdOf,
  methodNotAllowedResponse,
  returnLaterResponse,
  spreadOver,
} from './event-stream-headers.ts'

type OptionsOf<Output extends object, Params> = ChannelResponseOptions<Output, Params> & {
  readonly params: Params
}

/** Answers a request with a channel's events. @see docs/protocol.md */
export async function channelResponse<Output extends object, Params>(
  parts: HubParts,
  request: Request,
  channel: Channel,
  options: OptionsOf<Output, Params>,
): Promise<Response> {
  if (request.method === 'HEAD') return headResponse()
  if (request.method !== 'GET') return methodNotAllowedResponse('GET, HEAD, OPTIONS')
  const settings = resolveChannelSettings(options, parts.options)
  const turnAwayMs = parts.turnAwayMs()
  if (turnAwayMs !== undefined) return returnLaterResponse(request, turnAwayMs)
  const judging = parts.sessions.admit()
  try {
    const { authorize, params } = options
    const admission = authorize ? checkAdmission(await authorize(request, params)) : {}
    if (isResponse(admission)) return admission
    await parts.listenForControl()
    // Asked again: a drain that began meanwhile does not know of this stream, and nothing would ever end it.
    const turnAwayNowMs = parts.turnAwayMs()
    if (turnAwayNowMs !== undefined) return returnLaterResponse(request, turnAwayNowMs)
    const { principal, tags = [] } = admission
    // As if it had begun and been revoked at once: the client returns, and is judged by what holds now.
    if (judging.isRevoked({ principal, tags })) return returnLaterResponse(request, 0)
    return open(parts, request, channel, { ...options, settings, admission })
  } finally {
    judging.end()
  }
}

function open<Output extends object, Params>(
  parts: HubParts,
  request: Request,
  channel: Channel,
  options: OptionsOf<Output, Params> & {
    readonly settings: ChannelSettings
    readonly admission: Admission<Output>
  },
): Response {
  const { settings, admission, snapshot, params } = options
  const session = new Session({
    limits: parts.options,
    scheduler: parts.scheduler,
    requestSignal: request.signal,
  })
  // The client may have left while it was judged; then the body is never read, and never cancelled.
  if (session.hasEnded) return headResponse()
  const { feed, release } = parts.feeds.use(channel.channel)
  session.onEnd(release)
  const { backplane, history, replay, observer } = parts.options
  const reader = new SessionReader(session, {
    channel,
    heartbeatMs: settings.heartbeatMs,
    reconnectionTimeMs: settings.reconnectionTimeMs,
    // A route's filter is typed by its contract, and the log's events pass by it untyped.
    filter: admission.filter as SessionReaderOptions['filter'],
    maxHeldBack: Math.max(1, Math.floor(Math.min(history.maxEvents, replay.maxEvents) / 4)),
    observer,
  })
  const { principal, tags = [], expiresAtMs = Infinity } = admission
  const lifetimeEndsAtMs = Date.now() + settings.lifetimeMs * (0.8 + 0.2 * Math.random())
  parts.sessions.add({
    session,
    channel: channel.channel,
    principal,
    tags,
    endsAtMs: Math.min(lifetimeEndsAtMs, expiresAtMs),
    endsAs: expiresAtMs <= lifetimeEndsAtMs ? 'expired' : 'lifetime',
    heartbeatMs: settings.heartbeatMs,
    beat: () => reader.beat(),
    farewell: () => reader.farewell(),
  })
  const join: JoinOptions = {
    channel: channel.channel,
    feed,
    lastEventId: lastEventIdOf(request),
    start: settings.start,
    backplane,
    history,
    replay,
  }
  const shared = snapshot && {
    key: sharingKey(snapshot as SnapshotReader, channel, { principal, params }),
    timeoutMs: settings.snapshotTimeoutMs,
    read: (signal: AbortSignal) => snapshot({ channel, params, principal, signal }),
  }
  void run(parts, reader, join, shared)
  return new Response(session.body, { headers: EVENT_STREAM_HEADERS })
}

async function run(
  parts: HubParts,
  reader: SessionReader,
  join: JoinOptions,
  snapshot: SharedRead | undefined,
): Promise<void> {
  const { drainMs, observer } = parts.options
  try {
    const leave = await (snapshot
      ? joinWithSnapshot(parts, reader, join, snapshot)
      : joinChannel(reader, join))
    reader.session.onEnd(leave)
  } catch (error) {
    if (!reader.hasEnded) reportError(observer, error)
    reader.session.end('unavailable', retryFrame(spreadOver(drainMs)))
  }
}

/** A join in which a state stands in for what came before it; with a cursor that can go on, there is nothing to replace. */
async function joinWithSnapshot(
  { snapshots }: HubParts,
  reader: SessionReader,
  join: JoinOptions,
  shared: SharedRead,
): Promise<() => void> {
  const { opening, page } = await openChannel(join)
  if (opening.resume === 'resumed') {
    reader.onOpen(opening)
    return followChannel(reader, { ...join, from: opening.from, page })
  }
  reader.onOpenBeforeSnapshot(opening)
  await reader.ready()
  const placed = await snapshots.place(shared, { ...join, page })
  if (!reader.hasEnded) reader.onSnapshot(placed)
  return followChannel(reader, { ...join, from: placed.next.opening.from, page: placed.next.page })
}

const readerNumbers = new WeakMap<SnapshotReader, number>()
let lastNumber = 0

/** What clients must have in common to share a read: the function, the channel, the principal, and every parameter. */
function sharingKey(
  read: SnapshotReader,
  { channel }: Channel,
  { principal, params }: { readonly principal: string | undefined; readonly params: unknown },
): string {
  const known = readerNumbers.get(read) ?? ++lastNumber
  readerNumbers.set(read, known)
  return JSON.stringify([known, channel, principal ?? null, keyOf(params)])
}

/** Parameters as text; those that JSON does not tell apart are shared with nobody. */
function keyOf(params: unknown): unknown {
  const isPlain = typeof params === 'object' && params !== null
  if (!isPlain) return params === undefined ? null : ++lastNumber
  const entries = Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1))
  const isText = entries.every(
    ([, value]) => ['string', 'number', 'boolean'].includes(typeof value) || isListOfText(value),
  )
  return isText ? entries : ++lastNumber
}

function isListOfText(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}
