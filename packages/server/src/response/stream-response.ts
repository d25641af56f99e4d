import { type Channel, encodeEventBytes } from '@millrace/core'
import { END, isReservedType } from '@millrace/core/protocol'
import { HEARTBEAT_COMMENT, endFrame, openFrame } from '../channel/protocol-frames.ts'
import { positiveInteger } from '../hub/check-number.ts'
import { reportError } from '../hub/hub-observer.ts'
import type { HubParts } from '../hub/hub-parts.ts'
import { Session } from '../session/session.ts'
import { isResponse } from './authorize.ts'
import {
  EVENT_STREAM_HEADERS,
  headResponse,
  lastEventIdOf,
  returnLaterResponse,
} from './event-stream-headers.ts'

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

/** Options of a one-shot stream. */
export interface StreamResponseOptions {
  /** What the events carry; their data is checked and goes as JSON. Default: no contract. */
  readonly contract?: Channel
  /** The longest silence, in milliseconds. Default: the hub's, 15,000. */
  readonly heartbeatMs?: number
}

/** What a response needs besides the options that users give. */
export interface StreamResponseContext<Params> extends StreamResponseOptions {
  /** The route's parameters. */
  readonly params: Params
  /** Runs each step of the source within the scope of its request. */
  readonly runInScope: <Result>(step: () => Result) => Result
}

/** Answers a request with the events of one source. @see docs/protocol.md §7 */
export async function streamResponse<Params>(
  parts: HubParts,
  request: Request,
  handler: StreamHandler<Params>,
  { params, runInScope, ...options }: StreamResponseContext<Params>,
): Promise<Response> {
  if (request.method === 'HEAD') return headResponse()
  const lastEventId = lastEventIdOf(request)
  if (lastEventId === END) return new Response(null, { status: 204 })
  const turnAwayMs = parts.turnAwayMs()
  if (turnAwayMs !== undefined) return returnLaterResponse(request, turnAwayMs)

  const heartbeatMs = positiveInteger('heartbeatMs', options.heartbeatMs ?? parts.options.heartbeatMs)
  const session = new Session({
    limits: parts.options,
    scheduler: parts.scheduler,
    requestSignal: request.signal,
  })
  // A drain has to know of a stream that is yet to begin, or nothing would ever end it.
  const letGo = parts.sessions.hold(session)
  let begun: Response | AsyncIterator<YieldedEvent>
  try {
    begun = iteratorOf(
      await runInScope(() => handler({ request, signal: session.signal, lastEventId, params })),
      runInScope,
    )
  } catch (error) {
    session.end('failed')
    throw error
  }
  if (isResponse(begun)) {
    // Its body may hang on the handler's signal, which goes on to follow the request.
    letGo()
    return begun
  }
  parts.sessions.add({
    session,
    channel: undefined,
    principal: undefined,
    tags: [],
    endsAtMs: Infinity,
    endsAs: 'lifetime',
    heartbeatMs,
    beat: () => session.write(HEARTBEAT_COMMENT),
    farewell: () => undefined,
  })
  letGo()
  session.write(openFrame({ resume: lastEventId === '' ? 'fresh' : 'resumed', delivery: 'all', heartbeatMs }))
  void pump(session, begun, { parts, runInScope, contract: options.contract })
  return new Response(session.body, { headers: EVENT_STREAM_HEADERS })
}

/**
 * What a handler returned: a response, or the iterator of its events.
 *
 * @throws {TypeError} If it is neither.
 */
function iteratorOf(
  returned: AsyncIterable<YieldedEvent> | Response,
  runInScope: <Result>(step: () => Result) => Result,
): Response | AsyncIterator<YieldedEvent> {
  if (typeof returned === 'object' && returned !== null) {
    if (Symbol.asyncIterator in returned) return runInScope(() => returned[Symbol.asyncIterator]())
    if (isResponse(returned)) return returned
  }
  throw new TypeError(
    `eventStream: the handler must be an async generator, or return an async iterable or a Response; got ${String(returned)}`,
  )
}

interface PumpOptions {
  readonly parts: HubParts
  readonly runInScope: <Result>(step: () => Result) => Result
  readonly contract: Channel | undefined
}

/** Pulls the source at the client's pace, and lets go of it however the stream ends. */
async function pump(
  session: Session,
  source: AsyncIterator<YieldedEvent>,
  { parts, runInScope, contract }: PumpOptions,
): Promise<void> {
  const { observer } = parts.options
  parts.sources.add(session)
  session.onEnd((cause) => {
    // An abort alone does not wake a source that is suspended at `yield`, and `return()` alone none that waits: both are
    // needed. One that heeds neither is abandoned, and stays counted.
    const released = cause === 'done' ? undefined : runInScope(async () => source.return?.())
    Promise.resolve(released)
      .catch((error: unknown) => reportError(observer, error))
      .finally(() => parts.sources.delete(session))
  })
  try {
    for (;;) {
      await session.ready()
      if (session.hasEnded) return
      const step = await runInScope(() => source.next())
      if (session.hasEnded) return
      if (step.done) break
      session.write(encodeYielded(step.value, contract))
    }
    await session.ready()
    session.end('done', endFrame({ reason: 'done' }))
  } catch (error) {
    // A source that heeds its signal throws when the client is gone; that is no news.
    if (session.hasEnded) return
    reportError(observer, error)
    await session.ready()
    session.end('failed', endFrame({ reason: 'failed' }))
  }
}

function encodeYielded(event: YieldedEvent, contract: Channel | undefined): Uint8Array {
  const { type = 'message', data, id } = event
  if (isReservedType(type)) {
    throw new TypeError(`eventStream: the event type ${JSON.stringify(type)} is reserved`)
  }
  if (data === undefined) {
    throw new TypeError(`eventStream: an event of type ${JSON.stringify(type)} has no data`)
  }
  const text = contract ? contract.encode(type, data) : typeof data === 'string' ? data : JSON.stringify(data)
  return encodeEventBytes({ event: type, data: text, id }, { ids: 'any' })
}
