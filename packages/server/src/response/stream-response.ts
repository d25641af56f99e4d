import { END } from '@millrace/core/protocol'
import { inPlace } from '../admission/in-place.ts'
import type { Place } from '../admission/places.ts'
import { refused } from '../admission/refusal.ts'
import { openFrame } from '../channel/protocol-frames.ts'
import type { HubParts } from '../hub/hub-parts.ts'
import { plainBlock } from '../queue/block.ts'
import { PlainQueue } from '../queue/plain-queue.ts'
import { type ClientConnection, letGoOf } from '../session/client-connection.ts'
import { Session } from '../session/session.ts'
import { askHandler } from './ask-handler.ts'
import { isResponse } from './authorize.ts'
import {
  EVENT_STREAM_HEADERS,
  NOT_STORED,
  headResponse,
  lastEventIdOf,
  returnLaterResponse,
} from './event-stream-headers.ts'
import { throughOriginGate } from './origin-gate.ts'
import { pumpSource } from './pump-source.ts'
import { type StreamResponseOptions, type StreamSettings, resolveStreamSettings } from './stream-options.ts'

/** An event that a one-shot stream yields. */
export interface YieldedEvent {
  /** The event type. Default `message`. */
  readonly type?: string
  /** A string as it is; anything else, and under a contract everything, as JSON. */
  readonly data: unknown
  /** The SSE id, verbatim; it is the handler that makes sense of it when it comes back as `lastEventId`. */
  readonly id?: string
}

/** What a one-shot stream's handler is given. */
export interface StreamContext<Params = unknown> {
  /** The request. */
  readonly request: Request
  /** Aborted when the stream ends for any cause: hand it to whatever the source waits for. */
  readonly signal: AbortSignal
  /** The last event ID that the client sent; empty for none. */
  readonly lastEventId: string
  /** The route's parameters. */
  readonly params: Params
}

/**
 * Makes the events of one response: an async generator function; or an async function that returns an async iterable, or a
 * `Response` to answer with that instead.
 */
export type StreamHandler<Params = unknown> = (
  context: StreamContext<Params>,
) => AsyncIterable<YieldedEvent> | Promise<AsyncIterable<YieldedEvent> | Response>

/** What a response needs besides the options that users give. */
export interface StreamResponseContext<Params> extends StreamResponseOptions {
  /** The route's parameters. */
  readonly params: Params
  /** Runs each step of the source within the scope of its request. */
  readonly runInScope: <Result>(step: () => Result) => Result
  /** The connection that the response goes out on, where it is known. */
  readonly connection: ClientConnection | undefined
}

/** Answers a request with the events of one source. @see docs/protocol.md §7 */
export async function streamResponse<Params>(
  parts: HubParts,
  request: Request,
  handler: StreamHandler<Params>,
  context: StreamResponseContext<Params>,
): Promise<Response> {
  const settings = resolveStreamSettings(context, parts.options)
  const { observer } = parts.options
  const gate = { cors: context.cors, methods: undefined, channel: undefined, observer }
  return throughOriginGate(request, gate, async () => {
    if (request.method === 'HEAD') return headResponse()
    if (lastEventIdOf(request) === END) return new Response(null, { status: 204, headers: NOT_STORED })
    return inPlace(parts, { request, channel: undefined }, (place) =>
      begin(parts, request, handler, { ...context, settings, place }),
    )
  })
}

/** Asks the handler, and streams what it returns. */
async function begin<Params>(
  parts: HubParts,
  request: Request,
  handler: StreamHandler<Params>,
  context: StreamResponseContext<Params> & { readonly settings: StreamSettings; readonly place: Place },
): Promise<Response> {
  const { params, runInScope, connection, contract, settings, place } = context
  const { heartbeatMs, reconnectionTimeMs } = settings
  const lastEventId = lastEventIdOf(request)
  const session = new Session({
    queue: new PlainQueue(),
    maxQueueBytes: parts.options.maxQueueBytes,
    budget: parts.budget,
    scheduler: parts.scheduler,
    request,
  })
  session.onEnd(() => place.leave())
  if (connection) session.onEnd((cause) => letGoOf(connection, cause, parts.options))
  // A drain has to know of a stream that is yet to begin, or nothing would ever end it.
  const letGo = parts.sessions.hold(session)
  let begun: Awaited<ReturnType<typeof askHandler>>
  try {
    const ask = (): ReturnType<typeof handler> =>
      handler({ request, signal: session.signal, lastEventId, params })
    begun = await askHandler(ask, { session, parts, runInScope })
  } catch (error) {
    session.end('failed')
    throw error
  }
  if (!begun) {
    // A client that left reads no answer.
    if (session.cause === 'cancelled') return headResponse()
    const answer = returnLaterResponse(request, parts.turnAwayMs() ?? parts.options.drainMs)
    return refused(
      parts.options.observer,
      { reason: 'draining', channel: undefined, principal: undefined },
      answer,
    )
  }
  if (isResponse(begun)) {
    // Its body may hang on the handler's signal, which goes on to follow the request.
    letGo()
    return begun
  }
  place.open()
  parts.sessions.add({
    session,
    channel: undefined,
    principal: undefined,
    tags: [],
    expiresAtMs: Infinity,
    lifetimeEndsMs: Infinity,
    heartbeatMs,
    beat: () => session.beat(),
    farewell: () => undefined,
  })
  letGo()
  const resume = lastEventId === '' ? 'fresh' : 'resumed'
  session.write(
    plainBlock(openFrame({ resume, delivery: 'all', heartbeatMs }, { retryMs: reconnectionTimeMs })),
  )
  void pumpSource(session, begun, { parts, runInScope, contract })
  return new Response(session.body, { headers: EVENT_STREAM_HEADERS })
}
