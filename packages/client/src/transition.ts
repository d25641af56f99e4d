import type { EventStreamError } from '@millrace/core'
import type { AttemptReason, ConnectionState, ConnectionStatus } from './connection-state.ts'
import { retryDelay } from './retry-delay.ts'

/** A stream that was open for this long was stable: failures before it do not count any more. */
const STABLE_MS = 10_000

/** How an attempt ended. */
export interface AttemptEnd {
  readonly type: 'end'
  /** Whether no other attempt will help. */
  readonly isFinal: boolean
  /** What went wrong; left out when the server ended the stream in good order. */
  readonly error?: EventStreamError | undefined
  /** Whether the stream brought anything. */
  readonly delivered?: boolean
  /** The wait that the response asked for, in milliseconds, instead of the reconnection time. */
  readonly retryAfterMs?: number | undefined
}

/** What the wait after an attempt depends on. */
export interface EndCircumstances {
  /** The present, in milliseconds since the epoch. */
  readonly atMs: number
  /** The stream's reconnection time, in milliseconds. */
  readonly reconnectionTimeMs: number
  /** A random number, at least 0 and below 1. */
  readonly random: number
}

/** Everything that can happen to a connection. */
export type Action =
  | { readonly type: AttemptReason | 'pause' | 'close' }
  | { readonly type: 'open'; readonly atMs: number }
  | (AttemptEnd & EndCircumstances)

/** The statuses in which an action means something. The others do in all but `closed`. */
const meaningful: { readonly [Type in Action['type']]?: readonly ConnectionStatus[] } = {
  start: ['idle'],
  retry: ['waiting'],
  resume: ['paused'],
  open: ['connecting'],
  end: ['connecting', 'open'],
  pause: ['idle', 'waiting', 'connecting', 'open'],
}

/** Tells whether nothing more will happen by itself. */
export function isSettled({ status }: ConnectionState): boolean {
  return ['done', 'failed', 'closed'].includes(status)
}

/**
 * Computes the state that follows, with no effect of its own.
 *
 * @returns The new state, or the very same one where the action means nothing in it.
 */
export function transition(state: ConnectionState, action: Action): ConnectionState {
  const { status } = state
  const { type } = action
  if (status === 'closed' || meaningful[type]?.includes(status) === false) return state
  const attempt = 'attempt' in state && type !== 'reconnect' ? state.attempt : 1
  switch (type) {
    case 'open':
      return { status: 'open', attempt, openedAtMs: action.atMs }
    case 'end':
      return stateAfter(state, attempt, action)
    case 'pause':
      return { status: 'paused' }
    case 'close':
      return { status: 'closed' }
    default:
      return { status: 'connecting', attempt, reason: type }
  }
}

function stateAfter(
  state: ConnectionState,
  attempt: number,
  end: AttemptEnd & EndCircumstances,
): ConnectionState {
  const { isFinal, error, delivered, atMs, random } = end
  if (isFinal) return error ? { status: 'failed', error } : { status: 'done' }
  const wasStable = state.status === 'open' && atMs - state.openedAtMs >= STABLE_MS
  // A body that ends at once and without an event is a failure: its server is not well.
  const isInOrder = !error && (delivered || wasStable)
  const failures = isInOrder ? 0 : wasStable ? 1 : attempt
  const reconnectionTimeMs = end.retryAfterMs ?? end.reconnectionTimeMs
  const retryAtMs = atMs + retryDelay(failures, { reconnectionTimeMs, random })
  return { status: 'waiting', attempt: failures + 1, retryAtMs, error }
}
