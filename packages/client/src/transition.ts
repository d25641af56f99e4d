import type { EventStreamError } from '@millrace/core'
import type { ConnectionState, ConnectionStatus } from './connection-state.ts'
import { retryDelay } from './retry-delay.ts'

/** A stream that was open for this long was stable: failures before it do not count any more. */
const STABLE_MS = 10_000

/** How an attempt ended. */
export type AttemptEnd =
  /** The server said that there will never be more. */
  | { readonly type: 'done' }
  /** No attempt will help. */
  | { readonly type: 'fail'; readonly error: EventStreamError }
  /** Another attempt may help. */
  | {
      readonly type: 'drop'
      /** What broke; left out when the body ended in good order. */
      readonly error?: EventStreamError
      /** Whether the stream brought anything. */
      readonly delivered?: boolean
      /** The wait that the response asked for, in milliseconds, instead of the reconnection time. */
      readonly retryAfterMs?: number | undefined
    }

/** What the wait after a dropped attempt depends on. */
export interface DropCircumstances {
  /** The present, in milliseconds since the epoch. */
  readonly atMs: number
  /** The stream's reconnection time, in milliseconds. */
  readonly reconnectionTimeMs: number
  /** A random number, at least 0 and below 1. */
  readonly random: number
}

/** Everything that can happen to a connection. */
export type Action =
  | { readonly type: 'start' | 'retry' | 'reconnect' | 'pause' | 'resume' | 'close' }
  | { readonly type: 'open'; readonly atMs: number }
  | Exclude<AttemptEnd, { type: 'drop' }>
  | Drop

type Drop = Extract<AttemptEnd, { type: 'drop' }> & DropCircumstances

const underWay: readonly ConnectionStatus[] = ['connecting', 'open']
const active: readonly ConnectionStatus[] = ['idle', 'waiting', ...underWay]
const alive: readonly ConnectionStatus[] = ['paused', 'done', 'failed', ...active]
const settled: readonly ConnectionStatus[] = ['done', 'failed', 'closed']

/** The statuses in which an action means something. */
const meaningful: Readonly<Record<Action['type'], readonly ConnectionStatus[]>> = {
  start: ['idle'],
  retry: ['waiting'],
  resume: ['paused'],
  reconnect: alive,
  pause: active,
  close: alive,
  open: ['connecting'],
  done: underWay,
  fail: underWay,
  drop: underWay,
}

/** Tells whether nothing more will happen by itself. */
export function isSettled({ status }: ConnectionState): boolean {
  return settled.includes(status)
}

/**
 * Computes the state that follows, with no effect of its own.
 *
 * @returns The new state, or the very same one where the action means nothing in it.
 */
export function transition(state: ConnectionState, action: Action): ConnectionState {
  if (!meaningful[action.type].includes(state.status)) return state
  const attempt = 'attempt' in state ? state.attempt : 1
  switch (action.type) {
    case 'start':
    case 'resume':
    case 'reconnect':
      return { status: 'connecting', attempt: 1, reason: action.type }
    case 'retry':
      return { status: 'connecting', attempt, reason: 'retry' }
    case 'open':
      return { status: 'open', attempt, openedAtMs: action.atMs }
    case 'pause':
      return { status: 'paused' }
    case 'done':
      return { status: 'done' }
    case 'fail':
      return { status: 'failed', error: action.error }
    case 'close':
      return { status: 'closed' }
    case 'drop': {
      const { atMs, error, retryAfterMs, reconnectionTimeMs, random } = action
      const failures = failuresAfter(state, attempt, action)
      const delayMs = retryDelay(failures, { reconnectionTimeMs: retryAfterMs ?? reconnectionTimeMs, random })
      return { status: 'waiting', attempt: failures + 1, retryAtMs: atMs + delayMs, error }
    }
  }
}

/** Counts the failures in a row. A body that ends at once and without an event is one: its server is not well. */
function failuresAfter(state: ConnectionState, attempt: number, { error, delivered, atMs }: Drop): number {
  const wasStable = state.status === 'open' && atMs - state.openedAtMs >= STABLE_MS
  if (!error && (delivered || wasStable)) return 0
  return wasStable ? 1 : attempt
}
