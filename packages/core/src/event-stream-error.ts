/**
 * What went wrong, for code to switch on; messages are for people and may change.
 *
 * | code | meaning |
 * |---|---|
 * | `limit-exceeded` | a line, event, id, type or queue passed its limit; the message names limit and value |
 * | `invalid-data` | data did not pass its schema, or could not be turned into or read from JSON |
 * | `bad-status` | the response has a status that an event stream cannot have; see `status` |
 * | `bad-content-type` | the response is not `text/event-stream` |
 * | `network` | the request failed or the body broke off; the platform's error is the `cause` |
 * | `source-failed` | the stream's source threw, as its server says in `millrace.end` |
 * | `closed` | the hub, client or stream was closed before |
 * | `unavailable` | the backplane cannot be reached; nothing happened, so the call may be repeated |
 * | `outcome-unknown` | the backplane broke off in the middle of a call; repeat it with the same idempotency key |
 * | `misconfigured` | two settings contradict each other; the message names both |
 */
export type EventStreamErrorCode =
  | 'limit-exceeded'
  | 'invalid-data'
  | 'bad-status'
  | 'bad-content-type'
  | 'network'
  | 'source-failed'
  | 'closed'
  | 'unavailable'
  | 'outcome-unknown'
  | 'misconfigured'

/** What an {@link EventStreamError} may carry besides its code and message. */
export interface EventStreamErrorOptions {
  /** The original error, kept as `cause`. */
  readonly cause?: unknown
  /** The HTTP status, where the code is `bad-status` or `bad-content-type`. */
  readonly status?: number
}

/**
 * The one error class of Millrace. Callers switch on {@link EventStreamError.code}.
 *
 * Misuse (a wrong argument) throws `TypeError` or `RangeError` instead; an abort passes through as the signal's reason.
 */
export class EventStreamError extends Error {
  /** Always `EventStreamError`, also where the class itself was renamed by a minifier. */
  override readonly name: string = 'EventStreamError'
  /** What went wrong. */
  declare readonly code: EventStreamErrorCode
  /** The HTTP status of the response, where the code is `bad-status` or `bad-content-type`. */
  declare readonly status: number | undefined

  constructor(code: EventStreamErrorCode, message: string, options?: EventStreamErrorOptions) {
    super(message, options)
    this.code = code
    this.status = options?.status
  }

  /**
   * Tells whether a value is an `EventStreamError`, also one made by another copy of this module or in another realm.
   *
   * Bundlers may evaluate a module several times in one process, so `instanceof` is not enough.
   */
  static is(value: unknown): value is EventStreamError {
    // Only null and undefined cannot be asked for a property.
    return (value as Error | undefined)?.name === 'EventStreamError'
  }
}
