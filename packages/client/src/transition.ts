import type { EventStreamError } from '@millrace/core'
import type { AttemptReason, ConnectionState, ConnectionStatus } from './connection-state.ts'
import { retryDelay } from './retry-delay.ts'

/** A stream that was open for this long was stable: failures before it do not count any more. */
const STABLE_MS = 10_000

/** How an attempt ended: for good, or so that another one may help. */
export type AttemptEnd = Settled | Drop

/** The states that the end of an attempt settles a connection in. */
type Settled = Extract<ConnectionState, { status: 'done' | 'failed' }>

/** Another attempt may help. */
interface Drop {
  readonly status: 'waiting'
  /** What went wrong; left out when the server ended the stream in good order. */
  readonly error?: EventStreamError | undefined
  /** Whether the stream brought anything. */
  readonly delivered?: boolean
  /** The wait that the response asked for, in milliseconds, instead of the reconnection time. */
  readonly retryAfterMs?: number | undefined
}

/** What the wait after a dropped attempt depends on. */
interface DropCircumstances {
  /** The present, in milliseconds since the epoch. */
  readonly atMs: number
  /** The stream's reconnection time, in milliseconds. */
  readonly reconnectionTimeMs: number
  /** A random number, at least 0 and below 1. */
  readonly random: number
}

/** Everything that can happen to a connection: the state that it leads to, as far as it is known without the present one. */
export type Action =
  | { readonly status: 'connecting'; readonly reason: AttemptReason }
  | { readonly status: 'open'; readonly openedAtMs: number }
  | { readonly status: 'paused' | 'closed' }
  | Settled
  | (Drop & DropCircumstances)

const underWay: readonly ConnectionStatus[] = ['connecting', 'open']

/** The statuses that an action, by its reason or its status, can come from. The others can from all but `closed`. */
const origins: Readonly<Record<string, readonly ConnectionStatus[]>> = {
  start: ['idle'],
  retry: ['waiting'],
  resume: ['paused'],
  open: ['connecting'],
  paused: ['idle', 'waiting', ...underWay],
  waiting: underWay,
  done: underWay,
  failed: underWay,
}

/** The state of a connection that is over: done, or failed where there is an error. */
export function settledBy(error?: EventStreamError): Settled {
  return error ? { status: 'failed', error } : { status: 'done' }
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
  const reason = 'reason' in action ? action.reason : action.status
  if (state.status === 'closed' || origins[reason]?.includes(state.status) === false) return state
  const attempt = 'attempt' in state && reason !== 'reconnect' ? state.attempt : 1
  switch (action.status) {
    case 'connecting':
    case 'open':
      return { ...action, attempt }
    case 'waiting':
      return waitingAfter(state, attempt, action)
    default:
      return action
  }
}

function waitingAfter(
  state: ConnectionState,
  attempt: number,
  drop: Drop & DropCircumstances,
): ConnectionState {
  const { error, delivered, atMs, random } = drop
  const wasStable = state.status === 'open' && atMs - state.openedAtMs >= STABLE_MS
  // A body that ends at once and without an event is a failure: its server is not well.
  const isInOrder = !error && (delivered || wasStable)
  const failures = isInOrder ? 0 : wasStable ? 1 : attempt
  const reconnectionTimeMs = drop.retryAfterMs ?? drop.reconnectionTimeMs
  const retryAtMs = atMs + retryDelay(failures, { reconnectionTimeMs, random })
  return { status: 'waiting', attempt: failures + 1, retryAtMs, error }
}
