import { inPlace } from '../admission/in-place.ts'
import type { Place } from '../admission/places.ts'
import { parseHighest } from '@millrace/core/protocol'
import type { JoinOptions } from '../channel/join-channel.ts'
import { SessionReader } from '../channel/session-reader.ts'
import type { FeedInUse } from '../hub/feed-registry.ts'
import type { HubParts } from '../hub/hub-parts.ts'
import { createQueue } from '../queue/slow-consumer.ts'
import { type ClientConnection, letGoOf } from '../session/client-connection.ts'
import { endCleanly } from '../session/session-registry.ts'
import { Session } from '../session/session.ts'
import { ChannelRecord } from './channel-record.ts'
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
} from './event-stream-headers.ts'
import { type Admitted, type BindChannel, judgeRequest } from './judge-request.ts'
import { throughOriginGate } from './origin-gate.ts'
import { runChannel } from './run-channel.ts'
import { sharingKey } from './sharing-key.ts'
import { grantStream } from './stream-grant.ts'

/** Options of a channel's response, and what the hub's callers have settled. */
export interface ChannelResponseContext<Output extends object, Params> extends ChannelResponseOptions<
  Output,
  Params
> {
  /** The channel, where it is known before the request is looked at. */
  readonly channel: string | undefined
  /** Runs `authorize`, when it is asked again, within the scope of the request. */
  readonly runInScope: <Result>(step: () => Result) => Result
  /** The connection that the response goes out on, where it is known. */
  readonly connection: ClientConnection | undefined
}

/** Answers a request with a channel's events. @see docs/protocol.md */
export async function channelResponse<Output extends object, Params>(
  parts: HubParts,
  request: Request,
  bind: BindChannel<Params>,
  options: ChannelResponseContext<Output, Params>,
): Promise<Response> {
  const settings = resolveChannelSettings(options, parts.options)
  const { channel, cors, authorize } = options
  const { observer } = parts.options
  const methods = 'GET, HEAD, OPTIONS'
  return throughOriginGate(request, { cors, methods, channel, observer }, async () => {
    if (request.method === 'HEAD') return headResponse()
    if (request.method !== 'GET') return methodNotAllowedResponse(methods)
    return inPlace(parts, { request, channel }, (place) => {
      const judges = { place, channel, bind, authorize, authorizeTimeoutMs: settings.authorizeTimeoutMs }
      return judgeRequest(parts, request, judges, (admitted) =>
        open(parts, request, admitted, { ...options, settings, place }),
      )
    })
  })
}

function open<Output extends object, Params>(
  parts: HubParts,
  request: Request,
  admitted: Admitted<Output, Params>,
  options: ChannelResponseContext<Output, Params> & {
    readonly settings: ChannelSettings
    readonly place: Place
  },
): Response {
  const { channel, params } = admitted
  const { settings, snapshot, place, connection } = options
  const { backplane, history, replay, observer } = parts.options
  const { slowConsumer, maxQueueBytes } = settings
  const lastEventId = lastEventIdOf(request)
  const highest = parseHighest(lastEventId)
  const session = new Session({
    queue: createQueue(slowConsumer, { channel, observer, highest }),
    maxQueueBytes,
    budget: parts.budget,
    scheduler: parts.scheduler,
    request,
  })
  // The client may have left while it was judged; then the body is never read, and never cancelled.
  if (session.hasEnded) return headResponse()
  const use = parts.feeds.use(channel.channel)
  const grant = grantStream(parts, {
    session,
    request,
    admitted,
    authorize: options.authorize,
    settings,
    runInScope: options.runInScope,
    end: (cause) => endCleanly({ session, farewell: () => reader.farewell() }, cause),
  })
  const reader = new SessionReader(session, {
    channel,
    delivery: typeof slowConsumer === 'object' ? 'latest' : 'all',
    highest,
    canPause: slowConsumer === 'pause',
    heartbeatMs: settings.heartbeatMs,
    reconnectionTimeMs: settings.reconnectionTimeMs,
    filter: grant.filter,
    maxHeldBack: Math.max(1, Math.floor(Math.min(history.maxEvents, replay.maxEvents) / 4)),
    observer,
  })
  giveBackAtEnd(reader, { parts, use, place, connection })
  const { principal } = admitted.admission
  // It ends with the next tick, up to a twentieth of it later.
  const lifetimeEndsMs = performance.now() + settings.lifetimeMs * (0.8 + 0.15 * Math.random())
  const { heartbeatMs } = settings
  parts.sessions.add(
    new ChannelRecord(reader, { channel: channel.channel, principal, grant, heartbeatMs, lifetimeEndsMs }),
  )
  const join: JoinOptions = {
    channel: channel.channel,
    feed: use.feed,
    lastEventId,
    start: settings.start,
    backplane,
    history,
    replay,
  }
  const shared = snapshot && {
    key: sharingKey(snapshot, { channel: channel.channel, principal, params }),
    timeoutMs: settings.snapshotTimeoutMs,
    read: (signal: AbortSignal) => snapshot({ channel, params, principal, signal }),
  }
  place.open()
  void runChannel(reader, { parts, join, snapshot: shared })
  return new Response(session.body, { headers: EVENT_STREAM_HEADERS })
}

/** What a stream takes, and gives back when it ends. */
interface Taken {
  readonly parts: HubParts
  readonly use: FeedInUse
  readonly place: Place
  readonly connection: ClientConnection | undefined
}

// One listener for all of it, and outside the function above: a closure keeps all that its function has, as long as the stream.
function giveBackAtEnd(reader: SessionReader, { parts, use, place, connection }: Taken): void {
  reader.session.onEnd((cause) => {
    reader.onEnd()
    use.release()
    place.leave()
    if (connection) letGoOf(connection, cause, parts.options)
  })
}
