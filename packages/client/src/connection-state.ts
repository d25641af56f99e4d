import type { EventStreamError } from '@millrace/core'

/**
 * What made an attempt happen: `start`, the connection's first; `retry`, the end of the attempt before; `unauthorized`, its
 * status 401; `show`, the return of a page that was left; `reconnect` and `resume`, a call of that method.
 */
export type AttemptReason = 'start' | 'retry' | 'unauthorized' | 'show' | 'reconnect' | 'resume'

/**
 * Where a connection stands: one value, each status with the data that belongs to it.
 *
 * | status | meaning |
 * |---|---|
 * | `idle` | nothing was requested yet |
 * | `connecting` | a request is under way, or its response has not begun |
 * | `open` | the stream is flowing |
 * | `waiting` | the last attempt ended; the next one starts at `retryAtMs` |
 * | `paused` | stopped by `pause()`, or since its page was left; `resume()` goes on behind the last event |
 * | `done` | the stream ended, as its server said |
 * | `failed` | no attempt will help; `error` says why |
 * | `closed` | ended by `close()` or a signal |
 */
export type ConnectionState =
  | { readonly status: 'idle' }
  | {
      readonly status: 'connecting'
      /** Number of the attempt in this row of attempts, from 1: failures in a row, and one. */
      readonly attempt: number
      /** What made it happen. */
      readonly reason: AttemptReason
    }
  | {
      readonly status: 'open'
      /** Number of the attempt that opened the stream. */
      readonly attempt: number
      /** When the stream opened, in milliseconds since the epoch. */
      readonly openedAtMs: number
    }
  | {
      readonly status: 'waiting'
      /** Number of the attempt that comes next; 1 when the last stream ended in good order. */
      readonly attempt: number
      /** When it starts, in milliseconds since the epoch. */
      readonly retryAtMs: number
      /** Why the last attempt ended; `undefined` when the server ended it in good order. */
      readonly error: EventStreamError | undefined
    }
  | {
      readonly status: 'paused'
      /** `pause`: the method was called; `hide`: the page was left, and the connection goes on when it is shown again. */
      readonly reason: 'pause' | 'hide'
    }
  | { readonly status: 'done' }
  | { readonly status: 'failed'; readonly error: EventStreamError }
  | { readonly status: 'closed' }

/** The name of a connection's state. */
export type ConnectionStatus = ConnectionState['status']
