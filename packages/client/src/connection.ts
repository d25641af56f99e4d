import { EventStreamError } from '@millrace/core'
import { checkOptions } from './connect-options.ts'
import type { ConnectOptions } from './connect-options.ts'
import type { AttemptReason, ConnectionState } from './connection-state.ts'
import type { EventStreamConnection } from './event-stream-connection.ts'
import { iterate } from './iterate.ts'
import { createListeners } from './listeners.ts'
import { receive } from './receive.ts'
import type { Contract, Memory } from './receive.ts'
import { sendRequest } from './request.ts'
import { checkResponse } from './response-check.ts'
import type { PlainEvent } from './stream-item.ts'
import { isSettled, settledBy, transition } from './transition.ts'
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
  const { method = 'GET', lastEventId = '', reconnectionTimeMs = 3000 } = options
  const isRepeatable = method.toUpperCase() === 'GET' || !!(options.idempotencyKey || options.resume)
  const memory: Memory = { lastEventId, reconnectionTimeMs, isRepeatable }
  const listeners = createListeners<PlainEvent<unknown>>()
  let state: ConnectionState = { status: 'idle' }
  let step = new AbortController()

  async function run(): Promise<void> {
    // Whoever subscribes in the task that connects hears everything.
    await Promise.resolve()
    connectFor('start')
    while (state.status !== 'closed') {
      step = new AbortController()
      const { signal } = step
      const action = await (state.status === 'connecting'
        ? // Raced, since neither the options' functions nor another `fetch` need heed the signal; it is listened to first,
          // since those functions may abort it.
          Promise.race([wait(signal), attempt(state, signal)])
        : wait(signal, state.status === 'waiting' ? state.retryAtMs - Date.now() : undefined))
      if (signal.aborted) continue
      if (action) act(action)
      else connectFor('retry')
    }
  }

  /** Moves to the state that follows. Every change but opening ends what the loop is doing. */
  function act(action: Action): void {
    const next = transition(state, options.signal?.aborted ? { status: 'closed' } : action)
    if (next === state) return
    state = next
    if (next.status !== 'open') step.abort()
    listenToSignal()
    listeners.deliver((listener) => {
      // A listener may have changed it again.
      if (state === next) listener.onStateChange?.(next)
    })
    if (next.status === 'closed') listeners.clear()
  }

  /** A settled connection must not be held by a signal that lives on. Adding the same listener again changes nothing. */
  function listenToSignal(): void {
    options.signal?.[isSettled(state) ? 'removeEventListener' : 'addEventListener']('abort', close)
  }

  function connectFor(reason: AttemptReason): void {
    act({ status: 'connecting', reason })
  }

  function close(): void {
    act({ status: 'closed' })
  }

  /** Makes one attempt. How it ends is of no interest once the signal is aborted. */
  async function attempt(connecting: Connecting, signal: AbortSignal): Promise<Action> {
    const end = await connectOnce(connecting, signal).catch((cause: unknown): AttemptEnd => {
      return { status: 'waiting', error: new EventStreamError('network', 'the stream broke off', { cause }) }
    })
    if (end.status !== 'waiting') return end
    const { isRepeatable, reconnectionTimeMs } = memory
    if (!isRepeatable) return settledBy(end.error)
    return { ...end, atMs: Date.now(), reconnectionTimeMs, random: Math.random() }
  }

  async function connectOnce(connecting: Connecting, signal: AbortSignal): Promise<AttemptEnd> {
    const context = { ...connecting, lastEventId: memory.lastEventId, signal }
    const response = await sendRequest(options, context)
    const end = checkResponse(response)
    // A `fetch` that pays no heed to the signal must not leave a response open that nobody waits for.
    if (end || signal.aborted) response.body?.cancel().catch(() => undefined)
    signal.throwIfAborted()
    if (end) return end
    act({ status: 'open', openedAtMs: Date.now() })
    return receive(response.body, { memory, contract, options, listeners, signal })
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
    reconnect: () => connectFor('reconnect'),
    pause: () => act({ status: 'paused' }),
    resume: () => connectFor('resume'),
    close,
    [Symbol.asyncIterator]: () => iterate(connection, listeners),
    // Not everywhere yet, whatever the types say.
    ...(Symbol.asyncDispose && { [Symbol.asyncDispose]: async () => close() }),
  }

  listenToSignal()
  if (options.signal?.aborted) close()
  void run()
  return connection
}
