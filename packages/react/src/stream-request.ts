import {
  connectEventStream,
  type ConnectOptions,
  type EventStreamConnection,
  type RequestBody,
} from '@millrace/client'
import type { FlushScheduler } from './flush-scheduler.ts'
import {
  CONNECTING,
  createFold,
  takeEvent,
  type FoldRules,
  type RunningFold,
  type ViewState,
} from './fold.ts'
import { hearSafely } from './hear-safely.ts'
import { readEvent, type StreamEvent } from './read-event.ts'
import type { EventCallback } from './stream-observer.ts'
import { isSame, type ReadView } from './view-reader.ts'

/** What a component asks for; the latest committed values count, as of `start()`. */
export interface RequestOptions
  extends FoldRules, Pick<ConnectOptions, 'method' | 'headers' | 'credentials' | 'fetch' | 'isDone'> {
  readonly url: string | URL
  readonly body?: ((input: never) => RequestBody) | undefined
  readonly initialValue?: unknown
  readonly onEvent?: EventCallback | undefined
}

/** What a component renders. */
export interface RequestSnapshot extends ReadView {
  readonly pending: boolean
  readonly start: (input?: unknown) => void
  readonly abort: () => void
}

const KEYS: readonly (keyof RequestSnapshot)[] = ['data', 'lastEvent', 'error', 'status', 'pending']

/** One component's one-shot streams, one at a time. */
export interface StreamRequest {
  /** Takes the options of the render that was committed. */
  readonly update: (options: RequestOptions) => void
  /** Subscribes the component, for `useSyncExternalStore`. A request ends with the subscription. */
  readonly subscribe: (notify: () => void) => () => void
  /** What to render now. */
  readonly getSnapshot: () => RequestSnapshot
  /** What a server renders. */
  readonly getServerSnapshot: () => RequestSnapshot
}

/** Makes a request that was not started. */
export function createStreamRequest(options: RequestOptions, scheduler: FlushScheduler): StreamRequest {
  let current = options
  // Nothing to tell until the component has subscribed, which a click or an effect may come before; `undefined` once it has left.
  let notify: (() => void) | undefined = () => undefined
  let state: ViewState = { status: 'idle' }
  let fold = begin()
  let stop = (): void => undefined
  const view = (): RequestSnapshot => {
    const { data, lastEvent, error } = fold.latest
    const { status } = state
    return { data, lastEvent, status, error: state.error ?? error, pending: isPending(state), start, abort }
  }
  const serverSnapshot = view()
  let snapshot = serverSnapshot

  function begin(): RunningFold {
    return createFold(() => current, current.initialValue)
  }

  function flush(): void {
    const next = view()
    if (isSame(snapshot, next, KEYS)) return
    snapshot = next
    notify?.()
  }

  function changed(): void {
    scheduler.schedule(flush)
  }

  function start(input?: unknown): void {
    // Sends nothing before this task is over, so that StrictMode's double effects replace it instead of sending it twice.
    const connection = connect(current, input)
    stop()
    listen(connection)
    fold = begin()
    state = CONNECTING
    flush()
    // A component that has left may come back in this task, and the effects of its children come before its own.
    queueMicrotask(() => {
      if (!notify) abort()
    })
  }

  function listen(connection: EventStreamConnection<StreamEvent>): void {
    const stopListening = connection.subscribe({
      onEvent(received) {
        takeEvent(fold, received)
        const event = readEvent(received, current)
        if (event && !(event instanceof Error)) hearSafely(current.onEvent, event)
        changed()
      },
      onStateChange(next) {
        state = next
        changed()
      },
    })
    stop = () => {
      stopListening()
      connection.close()
    }
  }

  function abort(): void {
    stop()
    if (!isPending(state)) return
    state = { status: 'closed' }
    flush()
  }

  return {
    update(options) {
      current = options
    },
    subscribe(listener) {
      notify = listener
      return () => {
        notify = undefined
        // Not at once: StrictMode subscribes again before this task is over.
        queueMicrotask(() => {
          if (!notify) abort()
        })
      }
    },
    getSnapshot: () => snapshot,
    getServerSnapshot: () => serverSnapshot,
  }
}

function isPending({ status }: ViewState): boolean {
  return /connecting|open|waiting|paused/.test(status)
}

/** Makes the request. What cannot be sent fails here, at the caller's, and not later. */
function connect(options: RequestOptions, input: unknown): EventStreamConnection<StreamEvent> {
  const { url, method = 'POST', headers, credentials, fetch, isDone } = options
  if (/^(get|head)$/i.test(method)) {
    throw new TypeError(
      `useEventStreamRequest: method must not be GET or HEAD, which are sent again when they break off (useEventStream reads those); got "${method}"`,
    )
  }
  // The body option and the input have one type by the signature of the hook.
  const encode = options.body as ((input: unknown) => RequestBody) | undefined
  const body = encode ? encode(input) : input === undefined ? null : JSON.stringify(input)
  const isJson = !encode && body !== null
  const complete = (given: HeadersInit | undefined): Headers => {
    const all = new Headers(given)
    if (isJson && !all.has('content-type')) all.set('content-type', 'application/json')
    return all
  }
  return connectEventStream(url, {
    method,
    body,
    credentials,
    fetch,
    isDone,
    headers:
      typeof headers === 'function' ? async (context) => complete(await headers(context)) : complete(headers),
  })
}
