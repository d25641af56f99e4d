import { EventStreamError } from '@millrace/core'
import { describe, expect, test } from 'vitest'
import type { ConnectionState, ConnectionStatus } from './connection-state.ts'
import { transition } from './transition.ts'
import type { Action } from './transition.ts'

const error = new EventStreamError('network', 'broke')
const states: { readonly [Status in ConnectionStatus]: Extract<ConnectionState, { status: Status }> } = {
  idle: { status: 'idle' },
  connecting: { status: 'connecting', attempt: 3, reason: 'retry' },
  open: { status: 'open', attempt: 3, openedAtMs: 1000 },
  waiting: { status: 'waiting', attempt: 4, retryAtMs: 9000, error },
  paused: { status: 'paused' },
  done: { status: 'done' },
  failed: { status: 'failed', error },
  closed: { status: 'closed' },
}
const drop = { status: 'waiting', atMs: 5000, reconnectionTimeMs: 3000, random: 0.5 } as const
const actions = {
  start: { status: 'connecting', reason: 'start' },
  open: { status: 'open', openedAtMs: 5000 },
  drop: { ...drop, error },
  done: { status: 'done' },
  fail: { status: 'failed', error },
  retry: { status: 'connecting', reason: 'retry' },
  reconnect: { status: 'connecting', reason: 'reconnect' },
  pause: { status: 'paused' },
  resume: { status: 'connecting', reason: 'resume' },
  close: { status: 'closed' },
} as const satisfies Record<string, Action>

const first = (reason: 'start' | 'reconnect' | 'resume'): ConnectionState => ({
  status: 'connecting',
  attempt: 1,
  reason,
})
const dropped: ConnectionState = { status: 'waiting', attempt: 4, retryAtMs: 10_000, error }
const { paused, done, failed, closed } = states

// A row for each status, a column for each action; what is left out changes nothing.
const table: Record<ConnectionStatus, Partial<Record<keyof typeof actions, ConnectionState>>> = {
  idle: { start: first('start'), reconnect: first('reconnect'), pause: paused, close: closed },
  connecting: {
    open: { status: 'open', attempt: 3, openedAtMs: 5000 },
    drop: dropped,
    done,
    fail: failed,
    reconnect: first('reconnect'),
    pause: paused,
    close: closed,
  },
  open: { drop: dropped, done, fail: failed, reconnect: first('reconnect'), pause: paused, close: closed },
  waiting: {
    retry: { status: 'connecting', attempt: 4, reason: 'retry' },
    reconnect: first('reconnect'),
    pause: paused,
    close: closed,
  },
  paused: { resume: first('resume'), reconnect: first('reconnect'), close: closed },
  done: { reconnect: first('reconnect'), close: closed },
  failed: { reconnect: first('reconnect'), close: closed },
  closed: {},
}

describe.each(Object.values(states))('in $status', (state) => {
  test.each(Object.keys(actions) as (keyof typeof actions)[])('%s', (name) => {
    const action = actions[name]
    const expected = table[state.status][name]
    const next = transition(state, action)
    expect(next).toStrictEqual(expected ?? state)
    expect(next === state).toBe(!expected)
  })
})

describe('the attempt after a drop', () => {
  const stable = { status: 'open', attempt: 3, openedAtMs: 1000 } as const
  test.each([
    { title: 'counts on after an error', state: states.open, action: { ...drop, error }, attempt: 4 },
    {
      title: 'is the first after a body that ended in good order and brought something',
      state: states.open,
      action: { ...drop, delivered: true },
      attempt: 1,
    },
    {
      title: 'counts on after a body that ended at once and empty',
      state: states.open,
      action: drop,
      attempt: 4,
    },
    {
      title: 'is the first after a stable stream ended in good order',
      state: stable,
      action: { ...drop, atMs: 11_000 },
      attempt: 1,
    },
    {
      title: 'counts anew after a stable stream broke off',
      state: stable,
      action: { ...drop, atMs: 11_000, error },
      attempt: 2,
    },
    {
      title: 'counts on just before a stream is stable',
      state: stable,
      action: { ...drop, atMs: 10_999, error },
      attempt: 4,
    },
  ])('$title', ({ state, action, attempt }) => {
    expect(transition(state, action)).toMatchObject({ status: 'waiting', attempt })
  })

  test('waits as long as the response asked for, within bounds', () => {
    const after = (retryAfterMs: number): ConnectionState =>
      transition(states.connecting, { ...drop, error, random: 0, retryAfterMs })
    expect(after(120_000)).toMatchObject({ retryAtMs: 125_000 })
    expect(after(-5)).toMatchObject({ retryAtMs: 5250 })
    expect(after(1e12)).toMatchObject({ retryAtMs: 3_605_000 })
  })
})
