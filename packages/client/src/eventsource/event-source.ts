import type { Machine } from '../machine.ts'
import { isSettled } from '../transition.ts'
import { createEventHandlers } from './event-handlers.ts'
import type { EventHandlers } from './event-handlers.ts'
import type { EventSourceOptions } from './event-source-options.ts'
import { sourceUrl } from './source-url.ts'
import { createStandardMachine } from './standard-machine.ts'

/** An `EventSource`, as browsers have it. */
export type EventSource = globalThis.EventSource

/** The class {@link EventSource}: what browsers have, with more options. */
export interface EventSourceConstructor {
  /**
   * Connects to an event stream.
   *
   * @param url - Where; relative to the document or the worker.
   * @param options - `withCredentials`, as for a browser's own, and what it does not have: `headers` and `fetch`.
   * @throws {DOMException} `SyntaxError` if the URL is not valid.
   * @throws {TypeError} If there is no URL, or `headers` are none.
   */
  new (url: string | URL, options?: EventSourceOptions): EventSource
  /** What all sources have in common. */
  readonly prototype: EventSource
  /** `readyState` while there is no stream, and there may be one later: 0. */
  readonly CONNECTING: 0
  /** `readyState` while the stream is flowing: 1. */
  readonly OPEN: 1
  /** `readyState` when there will be no stream any more: 2. */
  readonly CLOSED: 2
}

const readyStates = { CONNECTING: 0, OPEN: 1, CLOSED: 2 } as const

// The platform types listeners of an `EventSource` by their events; they are those of any other target.
const Target = EventTarget as new () => Pick<EventSource, keyof EventTarget>

class StandardEventSource extends Target {
  declare static readonly CONNECTING: 0
  declare static readonly OPEN: 1
  declare static readonly CLOSED: 2
  declare readonly CONNECTING: 0
  declare readonly OPEN: 1
  declare readonly CLOSED: 2

  readonly #url: string
  readonly #withCredentials: boolean
  readonly #handlers: EventHandlers = createEventHandlers(this)
  readonly #machine: Machine

  static {
    const { prototype } = this
    // [Web IDL] Attributes, operations and constants can be enumerated; constants cannot be changed.
    for (const name of ['url', 'withCredentials', 'readyState', 'onopen', 'onmessage', 'onerror', 'close']) {
      Object.defineProperty(prototype, name, { enumerable: true })
    }
    for (const [name, value] of Object.entries(readyStates)) {
      for (const owner of [this, prototype]) Object.defineProperty(owner, name, { value, enumerable: true })
    }
    Object.defineProperty(prototype, Symbol.toStringTag, { value: 'EventSource', configurable: true })
    // Also where a minifier renamed the class.
    Object.defineProperty(this, 'name', { value: 'EventSource' })
  }

  // A page without types may give `null` as options.
  constructor(url: string | URL, options: EventSourceOptions | null = null) {
    super()
    // An `undefined` that was given is a relative URL, like any other text.
    if (arguments.length === 0) throw new TypeError('url must be given')
    const { withCredentials, headers, fetch } = options ?? {}
    this.#url = sourceUrl(`${url}`)
    this.#withCredentials = !!withCredentials
    this.#machine = createStandardMachine({
      url: this.#url,
      request: {
        credentials: this.#withCredentials ? 'include' : 'same-origin',
        // Headers that are none fail here, and not at every attempt.
        headers: typeof headers === 'function' ? headers : new Headers(headers),
        fetch,
      },
      dispatch: (event) => this.dispatchEvent(event),
    })
    this.#machine.act({ status: 'connecting', reason: 'start' })
  }

  get url(): string {
    return this.#url
  }

  get withCredentials(): boolean {
    return this.#withCredentials
  }

  get readyState(): number {
    const { state } = this.#machine
    if (isSettled(state)) return readyStates.CLOSED
    return state.status === 'open' ? readyStates.OPEN : readyStates.CONNECTING
  }

  // What a handler was set to is what it is asked for, whatever its type.
  get onopen(): EventSource['onopen'] {
    return this.#handlers.get('open') as EventSource['onopen']
  }

  set onopen(handler: EventSource['onopen']) {
    this.#handlers.set('open', handler)
  }

  get onmessage(): EventSource['onmessage'] {
    return this.#handlers.get('message') as EventSource['onmessage']
  }

  set onmessage(handler: EventSource['onmessage']) {
    this.#handlers.set('message', handler)
  }

  get onerror(): EventSource['onerror'] {
    return this.#handlers.get('error') as EventSource['onerror']
  }

  set onerror(handler: EventSource['onerror']) {
    this.#handlers.set('error', handler)
  }

  close(): void {
    this.#machine.act({ status: 'closed' })
  }
}

/**
 * The `EventSource` of the standard, over `fetch`: the same class in browsers, workers and Node, with request headers.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface
 */
export const EventSource: EventSourceConstructor = StandardEventSource
