import { EventStreamError } from '@millrace/core'
import { checkOptions, isGet } from './connect-options.ts'
import type { ConnectOptions } from './connect-options.ts'
import type { ConnectionState } from './connection-state.ts'
import type { EventStreamConnection } from './event-stream-connection.ts'
import { iterate } from './iterate.ts'
import { createListeners } from './listeners.ts'
import { receive } from './receive.ts'
import type { Contract, Memory } from './receive.ts'
import { sendRequest } from './request.ts'
import { checkResponse } from './response-check.ts'
import type { PlainEvent } from './stream-item.ts'
import { isSettled, transition } from './transition.ts'
import type { Action, AttemptEnd } from './transition.ts'
import { wait } from './wait.ts'

type Connecting = Extract<ConnectionState, { status: 'connecting' }>

/**
 * Makes a connection and starts its loop, which has all the effects: what it does next depends on the state alone.
 *
 * @throws {TypeError} @throws {RangeError} If an option is not valid.
 */
export function connect(
  options: ConnectOptions,
  contract: Contract,
): EventStreamConnection<PlainEvent<unknown>> {
  checkOptions(options)
  const memory: Memory = {
    lastEventId: options.lastEventId ?? '',
    reconnectionTimeMs: options.reconnectionTimeMs ?? 3000,
    isRepeatable: isGet(options.method) || !!options.idempotencyKey || !!options.resume,
    wake: () => undefined,
  }
  const listeners = createListeners<PlainEvent<unknown>>()
  let state: ConnectionState = { status: 'idle' }
  let step = new AbortController()

  async function run(): Promise<void> {
    // Whoever subscribes in the task that connects hears everything.
    await Promise.resolve()
    act({ type: 'start' })
    while (state.status !== 'closed') {
      step = new AbortController()
      const { signal } = step
      if (state.status === 'connecting') {
        const end = await attempt(state, signal)
        if (!signal.aborted) act(afterAttempt(end))
      } else if (state.status === 'waiting') {
        await wait(signal, state.retryAtMs - Date.now())
        if (!signal.aborted) act({ type: 'retry' })
      } else {
        await wait(signal)
      }
    }
  }

  /** Moves to the state that follows. Every change but opening ends what the loop is doing. */
  function act(action: Action): void {
    const next = transition(state, action)
    if (next === state) return
    state = next
    if (next.status !== 'open') step.abort()
    listenToSignal()
    listeners.deliver((listener) => {
      // A listener may have changed it again.
      if (state === next) listener.onStateChange?.(next)
    })
  }

  /** A settled connection must not be held by a signal that lives on. Adding the same listener again changes nothing. */
  function listenToSignal(): void {
    options.signal?.[isSettled(state) ? 'removeEventListener' : 'addEventListener']('abort', close)
  }

  function command(type: 'reconnect' | 'pause' | 'resume'): void {
    if (options.signal?.aborted) close()
    else act({ type })
  }

  function close(): void {
    act({ type: 'close' })
    listeners.clear()
  }

  async function attempt(connecting: Connecting, signal: AbortSignal): Promise<AttemptEnd> {
    try {
      const context = { ...connecting, lastEventId: memory.lastEventId, signal }
      // Raced, since neither the options' functions nor another `fetch` need heed the signal.
      const response = await Promise.race([sendRequest(options, context), wait(signal)])
      if (!response) throw signal.reason
      const end = checkResponse(response, Date.now())
      if (end) {
        response.body?.cancel().catch(() => undefined)
        return end
      }
      act({ type: 'open', atMs: Date.now() })
      return await receive(response.body, { memory, contract, options, listeners, signal })
    } catch (cause) {
      const error = new EventStreamError('network', 'the connection broke off', { cause })
      return { type: 'drop', error }
    }
  }

  /** Judges whether the request may be sent again. */
  function afterAttempt(end: AttemptEnd): Action {
    if (end.type !== 'drop') return end
    const { reconnectionTimeMs, isRepeatable } = memory
    if (isRepeatable) return { ...end, atMs: Date.now(), reconnectionTimeMs, random: Math.random() }
    const message = 'the stream ended before it was done'
    return { type: 'fail', error: end.error ?? new EventStreamError('network', message) }
  }

  const connection: EventStreamConnection<PlainEvent<unknown>> = {
    get state() {
      return state
    },
    get status() {
      return state.status
    },
    get lastEventId() {
      return memory.lastEventId
    },
    subscribe: listeners.add,
    reconnect: () => command('reconnect'),
    pause: () => command('pause'),
    resume: () => command('resume'),
    close,
    [Symbol.asyncIterator]: () => iterate(connection, listeners, () => memory.wake()),
    // Not everywhere yet, whatever the types say.
    ...(Symbol.asyncDispose && { [Symbol.asyncDispose]: async () => close() }),
  }

  listenToSignal()
  if (options.signal?.aborted) close()
  void run()
  return connection
}
