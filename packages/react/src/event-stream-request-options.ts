import type { ConnectionStatus, ConnectOptions, RequestBody } from '@millrace/client'
import type { EventStreamError } from '@millrace/core'

/** Options of `useEventStreamRequest` that every form of it takes. */
export interface EventStreamRequestOptions<Event, Input> {
  /** The method; GET and HEAD are refused, since they would be sent again. Default `'POST'`. */
  readonly method?: string | undefined
  /** Makes the body of what `start` is given. Default: JSON, with its content type; no body for `undefined`. */
  readonly body?: ((input: Input) => RequestBody) | undefined
  /** Headers of the request. Default none but the content type. */
  readonly headers?: ConnectOptions['headers']
  /** Whether cookies are sent, as for `fetch`. Default `'same-origin'`. */
  readonly credentials?: RequestCredentials | undefined
  /** What makes the requests. Default the global `fetch`. */
  readonly fetch?: ConnectOptions['fetch']
  /**
   * Tells whether an event says that there will never be more, as in `({ data }) => data === '[DONE]'`. That event is not
   * delivered. Default: only `millrace.end` says so.
   */
  readonly isDone?: ConnectOptions['isDone']
  /**
   * Called outside render with each event, once and in order, while this component is mounted. An error that it throws is
   * reported as uncaught and stops nothing.
   */
  readonly onEvent?: ((event: Event) => void) | undefined
}

/** What `useEventStreamRequest` returns: the same object until a member changes. */
export interface EventStreamRequestResult<Data, Event, Input> {
  /** The latest payload, or the state of the fold. Back at its beginning with each `start()`; kept by `abort()`. */
  readonly data: Data
  /** The latest event that is part of `data`. */
  readonly lastEvent: Event | undefined
  /** Where the stream stands: `idle` before `start()`, `done` at its end, `failed`, or `closed` after `abort()`. */
  readonly status: ConnectionStatus
  /** Whether an answer is under way. */
  readonly pending: boolean
  /** Why the request failed; else why the last event that is missing from `data` was refused (`invalid-data`). */
  readonly error: EventStreamError | undefined
  /**
   * Sends a request with this input; aborts the one under way, if any. Does nothing once the component is unmounted.
   *
   * @throws {TypeError} If the input cannot be written as JSON, or an option is not valid.
   */
  readonly start: unknown extends Input ? (input?: unknown) => void : (input: Input) => void
  /** Ends the request under way, if any. */
  readonly abort: () => void
}
