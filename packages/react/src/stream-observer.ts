import type { GapItem } from '@millrace/client'
import type { Transport } from './connect-stream.ts'
import { takeEvent, unfolded, type EventCallback, type FoldRules, type StreamEvent } from './fold.ts'
import type { FlushScheduler } from './flush-scheduler.ts'
import { hearSafely } from './hear-safely.ts'
import type { StoreRegistry } from './store-registry.ts'
import type { StreamAddress } from './stream-address.ts'
import { IDLE, idleSnapshot, nextSnapshot, type StreamSnapshot } from './stream-snapshot.ts'
import type { StreamMember, StreamStore } from './stream-store.ts'

/** How long a connection outlives its last component, in milliseconds. */
const LINGER_MS = 5000
/** The longest delay that timers take, in milliseconds; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** What a component asks for besides the address; the latest committed values count. */
export interface ObserverOptions extends Transport, FoldRules {
  readonly initialValue?: unknown
  readonly initialSnapshot?: { readonly state: unknown; readonly lastEventId: string } | undefined
  readonly onEvent?: EventCallback | undefined
  readonly onGap?: ((gap: GapItem) => void) | undefined
  readonly lingerMs?: number | undefined
}

/** What a component renders. */
export interface ObserverSnapshot extends StreamSnapshot {
  readonly reconnect: () => void
  readonly close: () => void
}

/** One component's view of a stream: its fold, its callbacks, and what it renders. */
export interface StreamObserver {
  /** The key of the stream. */
  readonly key: string
  /** Takes the options of the render that was committed. */
  readonly update: (options: ObserverOptions) => void
  /** Subscribes the component, for `useSyncExternalStore`. */
  readonly subscribe: (notify: () => void) => () => void
  /** What to render now. */
  readonly getSnapshot: () => ObserverSnapshot
  /** What a server renders, and a client that takes over its markup. */
  readonly getServerSnapshot: () => ObserverSnapshot
  /** Leaves at once, if the component has unsubscribed. */
  readonly release: () => void
}

/** What observers have in common. */
export interface ObserverContext {
  readonly streams: StoreRegistry
  readonly scheduler: FlushScheduler
}

/**
 * Makes an observer. It joins a store when it is subscribed, and never before, so that it may be made in render.
 *
 * It stays a member for a while after its component unsubscribed, so that one that comes back (StrictMode, `<Activity>`)
 * has missed nothing; after that it remembers its position.
 *
 * @param options.replaces - The observer of the stream that the component showed before; it leaves without delay.
 */
export function createStreamObserver(
  address: StreamAddress,
  options: ObserverOptions,
  { streams, scheduler, replaces }: ObserverContext & { readonly replaces?: StreamObserver | undefined },
): StreamObserver {
  let current = options
  let notify: (() => void) | undefined
  let store: StreamStore | undefined
  let linger: ReturnType<typeof setTimeout> | undefined
  let unheardGap: GapItem | undefined
  let left = replaces
  let position = options.initialSnapshot?.lastEventId ?? ''
  let folded = unfolded(options.initialSnapshot ? options.initialSnapshot.state : options.initialValue)
  const serverSnapshot: ObserverSnapshot = { ...idleSnapshot(folded.data), reconnect, close }
  let snapshot = serverSnapshot

  function take(received: StreamEvent): StreamEvent | undefined {
    const taken = takeEvent(folded, received, current)
    folded = taken.folded
    return taken.event
  }

  /** Shows what a store that was there before has to show. A fold begins with its component, and so takes nothing. */
  function meet(met: StreamStore | undefined): void {
    if (met?.lastEvent && !current.reducer) take(met.lastEvent)
    refresh(met)
  }

  function refresh(met = store): void {
    snapshot = nextSnapshot(snapshot, folded, met?.state ?? IDLE)
  }

  function flush(): void {
    const before = snapshot
    refresh()
    if (snapshot !== before) notify?.()
  }

  function changed(): void {
    if (notify) scheduler.schedule(flush)
  }

  function leave(): void {
    clearTimeout(linger)
    if (!store) return
    position = store.lastEventId
    streams.leave(address, member, store)
    store = undefined
  }

  function reconnect(): void {
    if (!notify) return
    folded = { ...folded, error: undefined }
    store?.reconnect()
    flush()
  }

  function close(): void {
    if (!notify) return
    store?.close()
    flush()
  }

  const member: StreamMember = {
    onEvent(received) {
      const event = take(received)
      if (event && notify) hearSafely(current.onEvent, event)
      changed()
    },
    onSnapshot(state) {
      if (!current.reducer) return
      folded = { ...folded, data: state, error: undefined }
      changed()
    },
    onGap(gap) {
      if (notify) hearSafely(current.onGap, gap)
      else unheardGap = gap
    },
    onInvalidData(error) {
      folded = { ...folded, error }
      changed()
    },
    onStateChange: changed,
    transport: () => current,
  }

  meet(streams.peek(address.key))

  return {
    key: address.key,
    update(options) {
      current = options
    },
    subscribe(listener) {
      clearTimeout(linger)
      left?.release()
      left = undefined
      notify = listener
      if (store) {
        refresh()
      } else {
        // A fold must go on where it stopped; a latest payload is as good from wherever the others are.
        const from = current.reducer || !streams.peek(address.key) ? position : ''
        store = streams.join(address, member, { from })
        meet(store)
      }
      if (unheardGap) hearSafely(current.onGap, unheardGap)
      unheardGap = undefined
      return () => {
        notify = undefined
        linger = setTimeout(leave, Math.min(current.lingerMs ?? LINGER_MS, LONGEST_TIMER_MS))
      }
    },
    getSnapshot: () => snapshot,
    getServerSnapshot: () => serverSnapshot,
    release() {
      if (!notify) leave()
    },
  }
}
