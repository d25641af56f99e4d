import { EventStreamError } from '@millrace/core'
import { describe, expect, test } from 'vitest'
import type { AttemptReason, ConnectionState } from './connection-state.ts'
import { transition } from './transition.ts'
import type { Action } from './transition.ts'

const error = new EventStreamError('network', 'broke')
/** Every state, `hidden` being that of a connection that its page paused. */
const states = {
  idle: { status: 'idle' },
  connecting: { status: 'connecting', attempt: 3, reason: 'retry' },
  open: { status: 'open', attempt: 3, openedAtMs: 1000 },
  waiting: { status: 'waiting', attempt: 4, retryAtMs: 9000, error },
  paused: { status: 'paused', reason: 'pause' },
  hidden: { status: 'paused', reason: 'hide' },
  done: { status: 'done' },
  failed: { status: 'failed', error },
  closed: { status: 'closed' },
} as const satisfies Record<string, ConnectionState>

const drop = { status: 'waiting', atMs: 5000, reconnectionTimeMs: 3000, random: 0.5 } as const
const actions = {
  start: { status: 'connecting', reason: 'start' },
  open: { status: 'open', openedAtMs: 5000 },
  drop: { ...drop, error },
  unauthorized: { status: 'connecting', reason: 'unauthorized' },
  done: { status: 'done' },
  fail: { status: 'failed', error },
  retry: { status: 'connecting', reason: 'retry' },
  reconnect: { status: 'connecting', reason: 'reconnect' },
  pause: { status: 'paused', reason: 'pause' },
  resume: { status: 'connecting', reason: 'resume' },
  hide: { status: 'paused', reason: 'hide' },
  show: { status: 'connecting', reason: 'show' },
  close: { status: 'closed' },
} as const satisfies Record<string, Action>

const connecting = (reason: AttemptReason, attempt = 1): ConnectionState => ({
  status: 'connecting',
  attempt,
  reason,
})
const dropped: ConnectionState = { status: 'waiting', attempt: 4, retryAtMs: 10_000, error }
const { paused, hidden, done, failed, closed } = states
/** What can be done in every state but `closed`. */
const always = { reconnect: connecting('reconnect'), close: closed }

// A row for each state, a column for each action; what is left out changes nothing.
const table: Record<keyof typeof states, Partial<Record<keyof typeof actions, ConnectionState>>> = {
  idle: { ...always, start: connecting('start'), pause: paused, hide: hidden },
  connecting: {
    ...always,
    open: { status: 'open', attempt: 3, openedAtMs: 5000 },
    drop: dropped,
    unauthorized: connecting('unauthorized', 3),
    done,
    fail: failed,
    pause: paused,
    hide: hidden,
  },
  open: { ...always, drop: dropped, done, fail: failed, pause: paused, hide: hidden },
  waiting: { ...always, retry: connecting('retry', 4), pause: paused, hide: hidden },
  paused: { ...always, resume: connecting('resume') },
  hidden: { ...always, resume: connecting('resume'), show: connecting('show'), pause: paused },
  done: always,
  failed: always,
  closed: {},
}

describe.each(Object.keys(states) as (keyof typeof states)[])('when %s', (from) => {
  test.each(Object.keys(actions) as (keyof typeof actions)[])('%s', (name) => {
    const state = states[from]
    const expected = table[from][name]
    const next = transition(state, actions[name])
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

  test('waits as long as it was told to, within bounds', () => {
    const after = (reconnectionTimeMs: number): ConnectionState =>
      transition(states.connecting, { ...drop, error, random: 0, reconnectionTimeMs })
    expect(after(120_000)).toMatchObject({ retryAtMs: 125_000 })
    expect(after(-5)).toMatchObject({ retryAtMs: 5250 })
    expect(after(1e12)).toMatchObject({ retryAtMs: 3_605_000 })
  })
})
