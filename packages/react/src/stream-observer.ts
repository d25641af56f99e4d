import type { GapItem } from '@millrace/client'
import type { Transport } from './connect-stream.ts'
import { catchUp, createFold, type FoldRules } from './fold.ts'
import { hearSafely } from './hear-safely.ts'
import { LINGER_MS, LONGEST_TIMER_MS, MAX_UNHEARD_GAPS } from './policy.ts'
import { readEvent, type StreamEvent } from './read-event.ts'
import type { SharedFold } from './shared-fold.ts'
import type { StreamAddress } from './stream-address.ts'
import type { FlushMode, StartingPoint, StreamMember, StreamStore } from './stream-store.ts'
import { findStore, joinStore } from './stream-stores.ts'
import { createViewReader, type ReaderOptions, type ReadView } from './view-reader.ts'

/** Hears an event. A method's type, since the hooks' signatures say more of the data than is known here. */
export type EventCallback = { hear(event: StreamEvent): void }['hear']

/** What a component asks for besides the address; the latest committed values count. */
export interface ObserverOptions extends Transport, FoldRules, ReaderOptions {
  readonly initialValue?: unknown
  readonly initialSnapshot?: Required<StartingPoint> | undefined
  readonly fold?: SharedFold | undefined
  readonly onEvent?: EventCallback | undefined
  readonly onGap?: ((gap: GapItem) => void) | undefined
  readonly flush?: FlushMode | undefined
  readonly lingerMs?: number | undefined
}

/** What a component renders. */
export interface ObserverView extends ReadView {
  readonly reconnect: () => void
  readonly close: () => void
}

/** One component's view of a stream: its fold, its callbacks, and what it renders. */
export interface StreamObserver {
  /** The key of the stream. */
  readonly key: string
  /** As one who hears what the stream brings. Its options are those of the latest render that was committed. */
  readonly member: Mutable<StreamMember & { readonly options: ObserverOptions }>
  /** Subscribes the component, for `useSyncExternalStore`. */
  readonly subscribe: (notify: () => void) => () => void
  /** What to render now. */
  readonly read: (options: ReaderOptions) => ObserverView
  /** What a server renders, and a client that takes over its markup. */
  readonly readOnServer: (options: ReaderOptions) => ObserverView
  /** Leaves at once, and hears no more: its component shows another stream. */
  readonly release: () => void
}

type Mutable<Type> = { -readonly [Name in keyof Type]: Type[Name] }

/** Where an observer comes in. */
export interface ObserverContext {
  /**
   * The observer of what the component showed before. Its snapshot is not taken again: what one user or room was given must
   * not be shown under another.
   */
  readonly replaces?: StreamObserver | undefined
}

/**
 * Makes an observer. It joins a store when it is subscribed, and never before, so that it may be made in render.
 *
 * It stays a member for a while after its component unsubscribed, so that one that comes back (StrictMode, `<Activity>`)
 * has missed nothing; after that it remembers its fold and the position.
 */
export function createStreamObserver(
  address: StreamAddress,
  options: ObserverOptions,
  { replaces }: ObserverContext = {},
): StreamObserver {
  const { fold: shared, initialSnapshot } = options
  const before = replaces?.member.options.initialSnapshot
  // Not by identity, since one that is written inline is another object at each render.
  const isOld =
    before?.lastEventId === initialSnapshot?.lastEventId && before?.state === initialSnapshot?.state
  const snapshot = isOld ? undefined : initialSnapshot
  const rules = (): FoldRules => shared ?? member.options
  const fold = createFold(rules, snapshot ? snapshot.state : (shared ?? options).initialValue)
  const initial = fold.latest
  let store: StreamStore | undefined
  let linger: ReturnType<typeof setTimeout> | undefined
  let unheardGaps: readonly GapItem[] = []

  const member: StreamObserver['member'] = {
    options,
    notify: undefined,
    fold,
    foldId: shared ?? fold,
    from: snapshot,
    onEvent(received) {
      const { onEvent } = member.options
      const event = onEvent && member.notify && readEvent(received, rules())
      if (event && !(event instanceof Error)) hearSafely(onEvent, event)
    },
    onGap(gap) {
      unheardGaps = [...unheardGaps, gap].slice(-MAX_UNHEARD_GAPS)
      tellGaps()
    },
  }

  function tellGaps(): void {
    if (!member.notify) return
    for (const gap of unheardGaps) hearSafely(member.options.onGap, gap)
    unheardGaps = []
  }

  function leave(): void {
    clearTimeout(linger)
    member.notify = undefined
    member.from = store?.leave(member) ?? member.from
    store = undefined
  }

  const readView = createViewReader({
    reconnect() {
      if (member.notify) store?.reconnect()
    },
    close() {
      if (member.notify) store?.close()
    },
  })

  const known = findStore(address.key, member)
  if (known) {
    catchUp(fold, known.raw.shown)
    fold.shown = known.folds.get(member.foldId)?.shown ?? fold.latest
  }

  return {
    key: address.key,
    member,
    subscribe(notify) {
      clearTimeout(linger)
      member.notify = notify
      store ??= joinStore(address, member)
      shared?.onJoin(store, replaces?.member.options.fold)
      tellGaps()
      return () => {
        member.notify = undefined
        const { lingerMs = LINGER_MS } = member.options
        linger = setTimeout(leave, Math.min(lingerMs, LONGEST_TIMER_MS))
      }
    },
    read(options) {
      const { latest, shown } = member.fold
      return readView((member.options.flush ?? 'frame') === 'frame' ? shown : latest, options)
    },
    readOnServer: (options) => readView(initial, { ...options, enabled: false }),
    release: leave,
  }
}
