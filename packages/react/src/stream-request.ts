import {
  connectEventStream,
  type ConnectionState,
  type ConnectOptions,
  type EventStreamConnection,
  type RequestBody,
} from '@millrace/client'
import { takeEvent, unfolded, type EventCallback, type FoldRules, type StreamEvent } from './fold.ts'
import type { FlushScheduler } from './flush-scheduler.ts'
import { hearSafely } from './hear-safely.ts'
import { IDLE, idleSnapshot, nextSnapshot, type StreamSnapshot } from './stream-snapshot.ts'

/** What a component asks for; the latest committed values count, as of `start()`. */
export interface RequestOptions
  extends FoldRules, Pick<ConnectOptions, 'method' | 'headers' | 'credentials' | 'fetch' | 'isDone'> {
  readonly url: string | URL
  readonly body?: ((input: never) => RequestBody) | undefined
  readonly initialValue?: unknown
  readonly onEvent?: EventCallback | undefined
}

/** What a component renders. */
export interface RequestSnapshot extends StreamSnapshot {
  readonly pending: boolean
  readonly start: (input?: unknown) => void
  readonly abort: () => void
}

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
  let notify: (() => void) | undefined
  let state = IDLE
  let folded = unfolded(options.initialValue)
  let stop = (): void => undefined
  const serverSnapshot: RequestSnapshot = { ...idleSnapshot(folded.data), pending: false, start, abort }
  let snapshot = serverSnapshot

  function flush(): void {
    const next = nextSnapshot(snapshot, folded, state)
    if (next === snapshot) return
    snapshot = { ...next, pending: isPending(state) }
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
    folded = unfolded(current.initialValue)
    state = { status: 'connecting', attempt: 1, reason: 'start' }
    flush()
    // An effect may start it before the component has subscribed.
    queueMicrotask(() => {
      if (!notify) abort()
    })
  }

  function listen(connection: EventStreamConnection<StreamEvent>): void {
    const stopListening = connection.subscribe({
      onEvent(received) {
        const taken = takeEvent(folded, received, current)
        folded = taken.folded
        if (taken.event) hearSafely(current.onEvent, taken.event)
        changed()
      },
      onInvalidData(error) {
        folded = { ...folded, error }
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

function isPending({ status }: ConnectionState): boolean {
  return status === 'connecting' || status === 'open' || status === 'waiting'
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
  return connectEventStream(url, {
    method,
    body,
    credentials,
    fetch,
    isDone,
    headers: async (context) => {
      const all = new Headers(await (typeof headers === 'function' ? headers(context) : headers))
      if (isJson && !all.has('content-type')) all.set('content-type', 'application/json')
      return all
    },
  })
}
