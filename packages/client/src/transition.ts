import type { EventStreamError } from '@millrace/core'
import type { AttemptReason, ConnectionState, ConnectionStatus } from './connection-state.ts'
import { STABLE_MS } from './policy.ts'
import { retryDelay } from './retry-delay.ts'
import type { RetryDelayOptions } from './retry-delay.ts'

/** How an attempt ended: for good, so that another one may help, or so that another one is due at once. */
export type AttemptEnd = Settled | Drop | Connect

/** The states that the end of an attempt settles a connection in. */
type Settled = Extract<ConnectionState, { status: 'done' | 'failed' }>

/** An attempt is due. */
interface Connect {
  readonly status: 'connecting'
  readonly reason: AttemptReason
}

/** Another attempt may help. */
interface Drop {
  readonly status: 'waiting'
  /** What went wrong; left out when the server ended the stream in good order. */
  readonly error?: EventStreamError | undefined
  /** Whether the stream brought anything. */
  readonly delivered?: boolean
  /** The wait that the response asked for, in milliseconds, where it is not the stream's reconnection time. */
  readonly reconnectionTimeMs?: number
}

/** What the wait after a dropped attempt depends on. */
interface DropCircumstances extends RetryDelayOptions {
  /** The present, in milliseconds since the epoch. */
  readonly atMs: number
}

/** Everything that can happen to a connection: the state that it leads to, as far as it is known without the present one. */
export type Action =
  | Connect
  | { readonly status: 'open'; readonly openedAtMs: number }
  | Extract<ConnectionState, { status: 'paused' | 'closed' }>
  | Settled
  | (Drop & DropCircumstances)

const underWay = 'connecting open'
const unsettled = `idle waiting ${underWay}`

/**
 * What an action, by its reason or its status, can come from: statuses, and `hide` for a connection that its page paused.
 * The others can come from all but `closed`.
 */
const origins: Readonly<Record<string, string>> = {
  start: 'idle',
  retry: 'waiting',
  unauthorized: 'connecting',
  resume: 'paused hide',
  show: 'hide',
  open: 'connecting',
  pause: `${unsettled} hide`,
  hide: unsettled,
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
  return /done|failed|closed/.test(status)
}

/** Any state or action, with what only some of them have. */
interface Any {
  readonly status: ConnectionStatus
  readonly reason?: string
  readonly attempt?: number
  readonly openedAtMs?: number
}

/**
 * Computes the state that follows, with no effect of its own.
 *
 * @returns The new state, or the very same one where the action means nothing in it.
 */
export function transition(state: ConnectionState, action: Action): ConnectionState {
  const { status, reason, attempt: lastAttempt = 1, openedAtMs = Infinity }: Any = state
  const { reason: name = action.status }: Any = action
  const origin = reason === 'hide' ? reason : status
  if (origin === 'closed' || !(origins[name] ?? origin).includes(origin)) return state
  const attempt = name === 'reconnect' ? 1 : lastAttempt
  if (action.status === 'connecting' || action.status === 'open') return { ...action, attempt }
  if (action.status !== 'waiting') return action

  const { error, delivered, atMs } = action
  const wasStable = atMs - openedAtMs >= STABLE_MS
  // A body that ends at once and without an event is a failure: its server is not well.
  const isInOrder = !error && (delivered || wasStable)
  const failures = isInOrder ? 0 : wasStable ? 1 : attempt
  return { status: 'waiting', error, attempt: failures + 1, retryAtMs: atMs + retryDelay(failures, action) }
}
