import type { GapItem } from '@millrace/client'
import type { Transport } from './connect-stream.ts'
import { takeEvent, unfolded, type EventCallback, type FoldRules, type StreamEvent } from './fold.ts'
import { hearSafely } from './hear-safely.ts'
import { mergeGaps } from './merge-gaps.ts'
import type { StoreRegistry } from './store-registry.ts'
import type { StreamAddress } from './stream-address.ts'
import { idleSnapshot, nextSnapshot, type StreamSnapshot } from './stream-snapshot.ts'
import {
  ANYWHERE,
  type StartingPoint,
  type StreamMember,
  type StreamStanding,
  type StreamStore,
} from './stream-store.ts'

/** How long a connection outlives its last component, in milliseconds. */
const LINGER_MS = 5000
/** The longest delay that timers take, in milliseconds; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** What a component asks for besides the address; the latest committed values count. */
export interface ObserverOptions extends Transport, FoldRules {
  readonly initialValue?: unknown
  readonly initialSnapshot?: Required<StartingPoint> | undefined
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
  /** The snapshot that it was last given, taken or not. */
  readonly initialSnapshot: Required<StartingPoint> | undefined
  /** Takes the options of the render that was committed. The observer that it replaces leaves. */
  readonly update: (options: ObserverOptions) => void
  /** Subscribes the component, for `useSyncExternalStore`. */
  readonly subscribe: (notify: () => void) => () => void
  /** What to render now. */
  readonly getSnapshot: () => ObserverSnapshot
  /** What a server renders, and a client that takes over its markup. */
  readonly getServerSnapshot: () => ObserverSnapshot
  /** Leaves at once, and hears no more: its component shows another stream, or none. */
  readonly release: () => void
}

/** What observers have in common. */
export interface ObserverContext {
  readonly streams: StoreRegistry
}

/**
 * Makes an observer. It joins a store when it is subscribed, and never before, so that it may be made in render.
 *
 * It stays a member for a while after its component unsubscribed, so that one that comes back (StrictMode, `<Activity>`)
 * has missed nothing; after that it remembers its position.
 *
 * @param options.replaces - The observer of the stream that the component showed before. It leaves without delay, and its
 *   snapshot is not taken again: what one user or room was given must not be shown under another.
 */
export function createStreamObserver(
  address: StreamAddress,
  options: ObserverOptions,
  { streams, replaces }: ObserverContext & { readonly replaces?: StreamObserver | undefined },
): StreamObserver {
  let current = options
  let notify: (() => void) | undefined
  let store: StreamStore | undefined
  let linger: ReturnType<typeof setTimeout> | undefined
  let unheardGap: GapItem | undefined
  let left = replaces
  const { initialSnapshot, initialValue } = options
  const isNew = !isSameSnapshot(initialSnapshot, replaces?.initialSnapshot)
  let start: StartingPoint = (isNew && initialSnapshot) || ANYWHERE
  let folded = unfolded('state' in start ? start.state : initialValue)
  const serverSnapshot: ObserverSnapshot = { ...idleSnapshot(folded.data), reconnect, close }
  let snapshot = serverSnapshot

  function take(received: StreamEvent): StreamEvent | undefined {
    const taken = takeEvent(folded, received, current)
    folded = taken.folded
    return taken.event
  }

  /** Takes what was there before. A fold begins with its component, and so takes nothing. */
  function catchUp({ lastEvent }: StreamStanding): void {
    if (lastEvent && !current.reducer) take(lastEvent)
  }

  function refresh({ state }: StreamStanding): void {
    snapshot = nextSnapshot(snapshot, folded, state)
  }

  function leave(): void {
    clearTimeout(linger)
    if (!store) return
    start = { lastEventId: store.lastEventId }
    streams.leave(address, member, store)
    store = undefined
  }

  function reconnect(): void {
    if (notify) store?.reconnect()
  }

  function close(): void {
    if (notify) store?.close()
  }

  const member: StreamMember = {
    get isMounted() {
      return notify !== undefined
    },
    onStart(state) {
      if (start === ANYWHERE) member.onSnapshot(state)
    },
    onEvent(received) {
      const event = take(received)
      if (event && notify) hearSafely(current.onEvent, event)
    },
    onSnapshot(state) {
      if (current.reducer) folded = { ...folded, data: state, error: undefined }
    },
    onGap(gap) {
      if (notify) hearSafely(current.onGap, gap)
      else unheardGap = unheardGap ? mergeGaps(unheardGap, gap) : gap
    },
    onInvalidData(error) {
      folded = { ...folded, error }
    },
    onReconnect() {
      folded = { ...folded, error: undefined }
    },
    onFlush() {
      if (!store || !notify) return
      const before = snapshot
      refresh(store.shown)
      if (snapshot !== before) notify()
    },
    transport: () => current,
  }

  const known = streams.peek(address)
  if (known) {
    catchUp(known.shown)
    refresh(known.shown)
  }

  return {
    key: address.key,
    get initialSnapshot() {
      return current.initialSnapshot
    },
    update(options) {
      current = options
      // In the commit itself: an event that comes before its effects must not meet the callbacks of another user.
      left?.release()
      left = undefined
    },
    subscribe(listener) {
      clearTimeout(linger)
      notify = listener
      if (!store) {
        // A fold must go on where it stopped; a latest payload is as good from wherever the others are.
        store = streams.join(address, member, current.reducer || !streams.peek(address) ? start : ANYWHERE)
        catchUp(store.latest)
      }
      // Where a flush is due, the others do not show the news yet either.
      if (store.shown === store.latest) refresh(store.latest)
      if (unheardGap) hearSafely(current.onGap, unheardGap)
      unheardGap = undefined
      return () => {
        notify = undefined
        if (store) linger = setTimeout(leave, Math.min(current.lingerMs ?? LINGER_MS, LONGEST_TIMER_MS))
      }
    },
    getSnapshot: () => snapshot,
    getServerSnapshot: () => serverSnapshot,
    release() {
      notify = undefined
      leave()
    },
  }
}

/** Tells whether two snapshots say the same: one that is written inline is another object at each render. */
function isSameSnapshot(one: StartingPoint | undefined, other: StartingPoint | undefined): boolean {
  return one?.lastEventId === other?.lastEventId && Object.is(one?.state, other?.state)
}
