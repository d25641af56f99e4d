import { requireNumber, resolveLimits } from '@millrace/core/protocol'
import type { EventStreamEvent, ParserLimits } from '@millrace/core'
import type { AttemptReason } from './connection-state.ts'

/** What the functions among the options are told of the attempt that they are asked for. */
export interface AttemptContext {
  /** Number of the attempt in this row of attempts, from 1. */
  readonly attempt: number
  /** What made it happen. */
  readonly reason: AttemptReason
  /** The last event ID string that it goes on from; empty where there is none. */
  readonly lastEventId: string
  /** Aborted when the attempt is dropped. */
  readonly signal: AbortSignal
}

/** A value, or a function that is asked for it before each attempt. What the function throws counts as `network`, as if
 * the request had been sent: it is retried where the request may be sent again. */
export type PerAttempt<Value> = Value | ((context: AttemptContext) => Value | PromiseLike<Value>)

/** A body that can be sent more than once: any but a stream. */
export type RequestBody = Exclude<BodyInit, ReadableStream> | null

/** Options of `connectEventStream`, and others of `fetch`. */
export interface ConnectOptions extends Pick<
  RequestInit,
  'integrity' | 'mode' | 'priority' | 'redirect' | 'referrer' | 'referrerPolicy'
> {
  /** Where to connect. Default the source, where that is a URL. */
  readonly url?: PerAttempt<string | URL> | undefined
  /**
   * The method. Default `'GET'`. Requests with another one are not sent again unless it is safe: see `resume`. Where it is
   * not, the end of a body that brought an event means done, as a plain server's stream ends; a Millrace server's ends with
   * `millrace.end`.
   */
  readonly method?: string | undefined
  /** Headers to send besides `Accept` and `Last-Event-ID`. Default none. */
  readonly headers?: PerAttempt<HeadersInit | undefined> | undefined
  /** The body. Default none. */
  readonly body?: PerAttempt<RequestBody | undefined> | undefined
  /** Whether cookies go along. Default `'same-origin'`, as for `fetch`. */
  readonly credentials?: RequestCredentials | undefined
  /** Stands in for the platform's `fetch`. */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined
  /** Closes the connection. Once the stream is done or failed it is listened to no more. */
  readonly signal?: AbortSignal | undefined
  /** The last event ID string to begin with: the position that the first request resumes from. Default `''`. */
  readonly lastEventId?: string | undefined
  /** How much of the stream is held at most; passing a limit fails it with `limit-exceeded`. Defaults as in `ParserLimits`. */
  readonly limits?: ParserLimits | undefined
  /** The wait before a reconnect, in milliseconds, until the server sends a `retry`. Clamped to 250 … 3,600,000. Default 3000. */
  readonly reconnectionTimeMs?: number | undefined
  /**
   * Tells whether an event says that there will never be more: `({ data }) => data === '[DONE]'`. It is asked before the
   * data is parsed, and the event it accepts is not delivered. Default: never.
   */
  readonly isDone?: ((event: EventStreamEvent) => boolean) | undefined
  /** Sent as `Idempotency-Key` with every attempt, and thereby allows to send a request again that is not GET. */
  readonly idempotencyKey?: string | undefined
  /** Allows to send a request again that is not GET. Default: from the first `millrace.open` on that gave an id. */
  readonly resume?: boolean | undefined
  /** Whether the last event ID travels as the header `Last-Event-ID`, or as the query parameter `lastEventId`. Default `'header'`. */
  readonly resumeBy?: 'header' | 'query' | undefined
  /**
   * Called when an attempt is answered with 401, to get new credentials; once it has resolved the request is made again, and
   * its functions are asked again. Called once in a row of attempts: another 401 before a stream opened is final. Never
   * called for a request that must not be sent again. Default: 401 is final.
   */
  readonly onUnauthorized?: ((context: AttemptContext) => void | PromiseLike<void>) | undefined
  /**
   * The longest silence to expect, in milliseconds, from 1: an open stream that is silent for 2.5 times as long is dead, and
   * comments count. After two such stalls in a row without a heartbeat between them silence means nothing any more, since
   * somebody on the way keeps heartbeats back. `Infinity` bears any silence. Default: what a Millrace server says; any
   * silence with other servers.
   */
  readonly heartbeatMs?: number | undefined
  /**
   * Whether to pause while the page is hidden: a tab in the background, say. Does nothing for a request that must not be sent
   * again. Default `'stay'`.
   */
  readonly whenHidden?: 'stay' | 'pause' | undefined
}

/**
 * Checks what would otherwise fail at every attempt.
 *
 * @throws {TypeError} If there is no URL, `fetch` would refuse the request, or a GET has a body.
 * @throws {RangeError} If the reconnection time, the heartbeat interval or a limit is too small, or no number.
 */
export function checkOptions(options: ConnectOptions): void {
  const { url, headers, body, reconnectionTimeMs = 0, heartbeatMs = 1, limits, fetch } = options
  if (!url) throw new TypeError('url is missing')
  const target = unlessAsked(url) ?? 'http://localhost'
  // Another `fetch` may know what a relative URL refers to.
  void new Request(fetch ? new URL(target, 'http://localhost') : target, {
    ...options,
    headers: unlessAsked(headers),
    body: unlessAsked(body),
    // A request would listen to it, for no use.
    signal: null,
    // Members that are undefined count as absent, whatever the types say.
  } as RequestInit)
  requireNumber('reconnectionTimeMs', reconnectionTimeMs, 0)
  requireNumber('heartbeatMs', heartbeatMs, 1)
  resolveLimits(limits)
}

/** The value of an option, unless it is asked for at each attempt. */
function unlessAsked<Value>(value: PerAttempt<Value>): Value | undefined {
  return typeof value === 'function' ? undefined : (value as Value)
}
