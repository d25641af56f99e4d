import { EventStreamError } from '@millrace/core'
import type { ConnectionState } from './connection-state.ts'
import { settledBy, transition } from './transition.ts'
import type { Action, AttemptEnd } from './transition.ts'

/** What a connection remembers from one response to the next. Its attempts write it. */
export interface Memory {
  /** The last event ID string. */
  lastEventId: string
  /** The stream's reconnection time, in milliseconds. */
  reconnectionTimeMs: number
  /** The longest reconnection time that is kept, in milliseconds. Default 3,600,000. */
  readonly maxReconnectionTimeMs?: number
  /** Whether the request may be sent again. */
  isRepeatable: boolean
}

/** One attempt, as long as it counts. */
export interface Attempt {
  /** Number and reason. */
  readonly state: Extract<ConnectionState, { status: 'connecting' }>
  /** Aborted as soon as the attempt is over: nothing that it brings counts any more. */
  readonly signal: AbortSignal
  /** Ends the attempt, as returning from it does. */
  readonly end: (end: AttemptEnd) => void
  /** Ends the attempt with a network error, as throwing does. */
  readonly drop: (cause?: unknown) => void
}

/** What kinds of connections differ in; everything else is the machine's. */
export interface Policy {
  /** What the connection remembers. */
  readonly memory: Memory
  /** Makes one attempt. What it throws is a network error. */
  readonly attempt: (attempt: Attempt) => Promise<AttemptEnd>
  /** How much of the backoff to wait: at least 0 and below 1. */
  readonly random: () => number
  /** Hears of each change of state. */
  readonly onStateChange: (state: ConnectionState) => void
}

/** A connection's one state, and the one way to change it. */
export interface Machine {
  /** Where the connection stands. */
  readonly state: ConnectionState
  /** Moves to the state that follows from an action, with all its effects. */
  readonly act: (action: Action) => void
}

/**
 * Creates the machine of one connection. Its loop: an action leads to a state, entering the state has the effects, and what
 * comes of them is the next action.
 */
export function createMachine({ memory, attempt, random, onStateChange }: Policy): Machine {
  let step = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const machine = { state: { status: 'idle' } as ConnectionState, act }

  function act(action: Action): void {
    const next = transition(machine.state, action)
    if (next === machine.state) return
    machine.state = next
    if (next.status !== 'open') {
      // Every change but opening ends what was under way.
      clearTimeout(timer)
      step.abort()
    }
    // Whoever hears of the abort, or of the state, may change it again.
    if (machine.state === next) onStateChange(next)
    if (machine.state !== next) return
    if (next.status === 'connecting') begin(next)
    else if (next.status === 'waiting') {
      timer = setTimeout(act, next.retryAtMs - Date.now(), { status: 'connecting', reason: 'retry' })
    }
  }

  function begin(state: Attempt['state']): void {
    const { signal } = (step = new AbortController())
    const end = (how: AttemptEnd): void => {
      if (signal.aborted) return
      if (how.status !== 'waiting') act(how)
      else if (!memory.isRepeatable) act(settledBy(how.error))
      else act({ ...memory, ...how, atMs: Date.now(), random: random() })
    }
    const drop = (cause?: unknown): void => {
      end({ status: 'waiting', error: new EventStreamError('network', 'the stream broke', { cause }) })
    }
    attempt({ state, signal, end, drop }).then(end, drop)
  }

  return machine
}
