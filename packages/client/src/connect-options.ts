import { resolveLimits } from '@millrace/core/protocol'
import type { EventStreamEvent, ParserLimits } from '@millrace/core'
import { baseUrl } from './base-url.ts'
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

/** Options of `connectEventStream`. */
export interface ConnectOptions {
  /** Where to connect. Default the source, where that is a URL. */
  readonly url?: PerAttempt<string | URL> | undefined
  /**
   * The method. Default `'GET'`. Requests with another one are not sent again unless it is safe: see `resume`. Where it is
   * not, the end of the body means done, as a plain server's stream ends; a Millrace server's ends with `millrace.end`.
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
}

/**
 * Checks what would otherwise fail at every attempt.
 *
 * @throws {TypeError} If there is no URL, `fetch` would refuse the request, or a GET has a body.
 * @throws {RangeError} If the reconnection time is not a number, or a limit is not positive.
 */
export function checkOptions(options: ConnectOptions): void {
  const { url, method = 'GET', headers, body, reconnectionTimeMs = 0, limits, fetch, resumeBy } = options
  if (!url) throw new TypeError('url is missing')
  // Another `fetch` may know what a relative URL refers to; adding the cursor to it takes a whole one.
  const base = baseUrl() ?? (fetch && resumeBy !== 'query' ? 'http://localhost' : undefined)
  void new Request(new URL(unlessAsked(url) ?? 'http://localhost', base), {
    method,
    headers: new Headers(unlessAsked(headers)),
    body: unlessAsked(body) ?? null,
  })
  if (!(reconnectionTimeMs >= 0)) {
    throw new RangeError(`reconnectionTimeMs must be a number from 0, received ${reconnectionTimeMs}`)
  }
  resolveLimits(limits)
}

/** The value of an option, unless it is asked for at each attempt. */
function unlessAsked<Value>(value: PerAttempt<Value>): Value | undefined {
  return typeof value === 'function' ? undefined : (value as Value)
}
