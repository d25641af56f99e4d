import { checkOptions } from './connect-options.ts'
import type { ConnectOptions } from './connect-options.ts'
import type { AttemptReason, ConnectionState } from './connection-state.ts'
import type { EventStreamConnection } from './event-stream-connection.ts'
import { iterate } from './iterate.ts'
import { guard } from './listeners.ts'
import type { Hear } from './listeners.ts'
import { createMachine } from './machine.ts'
import type { Attempt } from './machine.ts'
import { DEFAULT_RECONNECTION_TIME_MS } from './policy.ts'
import { cancel } from './read-body.ts'
import { receive } from './receive.ts'
import type { Contract } from './receive.ts'
import { sendRequest } from './request.ts'
import { endOfRefused, refusalOf } from './response-check.ts'
import type { PlainEvent } from './stream-item.ts'
import { TAP } from './tap.ts'
import type { Tap } from './tap.ts'
import { isSettled } from './transition.ts'
import type { AttemptEnd } from './transition.ts'

/** What the page, worker or machine around a connection goes through, where the platform tells. */
const SURROUNDINGS = ['online', 'pagehide', 'pageshow', 'visibilitychange'] as const

/**
 * Makes a connection by Millrace's policy, and starts it once the current task's synchronous part is over.
 *
 * @throws {TypeError} @throws {RangeError} If an option is not valid.
 */
export function connect(
  options: ConnectOptions & { readonly contract: Contract },
): EventStreamConnection<PlainEvent<unknown>> {
  checkOptions(options)
  const { method = 'GET', lastEventId = '', reconnectionTimeMs = DEFAULT_RECONNECTION_TIME_MS } = options
  const isRepeatable = /^get$/i.test(method) || !!(options.idempotencyKey || options.resume)
  const memory = { lastEventId, reconnectionTimeMs, isRepeatable, stalls: 0 }
  const listeners = new Set<Hear>()
  /** Whether a 401 was met in this row of attempts. */
  let wasUnauthorized = false
  const machine = createMachine({ memory, attempt, random: Math.random, onStateChange })
  const { act } = machine

  const connection: EventStreamConnection<PlainEvent<unknown>> = {
    get state() {
      return machine.state
    },
    get status() {
      return machine.state.status
    },
    get lastEventId() {
      return memory.lastEventId
    },
    subscribe(listener) {
      // What is told under a name is what that function takes.
      const hear: Hear = (name, value) => listener[name]?.(value as never)
      listeners.add(hear)
      return () => listeners.delete(hear)
    },
    reconnect: () => connectFor('reconnect'),
    pause: () => act({ status: 'paused', reason: 'pause' }),
    resume: () => connectFor('resume'),
    close,
    [Symbol.asyncIterator]: () => iterate(connection, listeners),
    // Not everywhere yet, whatever the types say.
    ...(Symbol.asyncDispose && { [Symbol.asyncDispose]: async () => close() }),
  }

  function tell(name: Parameters<Hear>[0], value?: unknown): unknown[] {
    guard(() => (globalThis as { readonly [TAP]?: Tap })[TAP]?.(name, value, connection))
    // A copy, so that who subscribes in the middle of an event hears from the next one on.
    return [...listeners].map((hear) => {
      // A listener may have removed this one, or changed the state again.
      if (!listeners.has(hear) || (name === 'onStateChange' && value !== machine.state)) return undefined
      return guard(() => hear(name, value))
    })
  }

  function onStateChange(state: ConnectionState): void {
    if (options.signal?.aborted && state.status !== 'closed') return close()
    // A settled connection must not be held by what lives on. Adding the same listener again changes nothing.
    const method = isSettled(state) ? 'removeEventListener' : 'addEventListener'
    options.signal?.[method]('abort', close)
    for (const type of SURROUNDINGS) globalThis[method]?.(type, onSurroundings)
    tell('onStateChange', state)
    if (state.status === 'closed') listeners.clear()
  }

  function onSurroundings({ type }: { readonly type: string }): void {
    // What must not be asked for again is not let go of either.
    if (!memory.isRepeatable) return
    const isHidden = globalThis.document?.hidden
    if (type === 'online') act({ status: 'connecting', reason: 'retry' })
    else if (type === 'pagehide' || (isHidden && options.whenHidden === 'pause')) {
      act({ status: 'paused', reason: 'hide' })
    } else if (!isHidden) connectFor('show')
  }

  function connectFor(reason: AttemptReason): void {
    act({ status: 'connecting', reason })
  }

  function close(): void {
    act({ status: 'closed' })
  }

  async function attempt(each: Attempt): Promise<AttemptEnd> {
    const { state, signal } = each
    const context = { ...state, ...memory, signal }
    if (state.reason === 'unauthorized') await options.onUnauthorized?.(context)
    // A row of attempts begins here.
    else if (state.attempt < 2) wasUnauthorized = false
    const response = await sendRequest(options, context)
    const refusal = refusalOf(response)
    if (!refusal && !signal.aborted) {
      wasUnauthorized = false
      act({ status: 'open', openedAtMs: Date.now() })
      if (!signal.aborted) return receive(response, each, { memory, options, tell })
    }
    // Nobody reads it, also where a `fetch` pays no heed to the signal, or a listener has ended the attempt.
    cancel(response.body)
    signal.throwIfAborted()
    if (response.status === 401 && options.onUnauthorized && memory.isRepeatable && !wasUnauthorized) {
      wasUnauthorized = true
      return { status: 'connecting', reason: 'unauthorized' }
    }
    return endOfRefused(response, refusal)
  }

  onStateChange(machine.state)
  onSurroundings({ type: 'start' })
  queueMicrotask(() => connectFor('start'))
  return connection
}
