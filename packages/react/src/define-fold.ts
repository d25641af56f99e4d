import type { PlainEvent } from '@millrace/client'
import type { Channel, ChannelEvent, ParameterizedStream } from '@millrace/core'
import type {
  EventTypesOptions,
  FoldOptions,
  FoldState,
  NextState,
  ParseOptions,
} from './event-stream-options.ts'
import { MAX_UNREAD_FOLDS } from './policy.ts'
import type { SharedFold } from './shared-fold.ts'
import type { StreamStore } from './stream-store.ts'
import { warn } from './warn.ts'

// Bundlers put the mode in its place, as they do for React itself.
declare const process: { readonly env: { readonly NODE_ENV?: string } }

/**
 * A fold with an identity: all components that are given it share one state per stream, which lives as long as the connection.
 * Made by `defineFold`.
 */
export interface Fold<State, Event> {
  /** The state before the first event. */
  readonly initialValue: State
  /** Types only; absent at run time. */
  readonly '~types'?: { readonly state: State; readonly event: Event }
}

/**
 * Defines a fold of a channel's events, to be given to `useEventStream` as `fold`. Call it at module level: each call makes a
 * fold of its own.
 *
 * @param source - A channel, or a stream with parameters, whose channels each have a state of their own.
 * @param options - `initialValue` and `reducer`, which runs once per event and connection, in order, outside render; `events`,
 *   the types that count.
 * @example
 * export const board = defineFold(prices, {
 *   initialValue: {},
 *   reducer: (board, event) => ({ ...board, [event.data.symbol]: event.data.price }),
 * })
 */
export function defineFold<
  Output extends object,
  Initial,
  Next extends NextState<Initial>,
  Type extends keyof Output & string = keyof Output & string,
>(
  source: Channel<object, Output> | ParameterizedStream<never, object, Output>,
  options: EventTypesOptions<Type> & FoldOptions<ChannelEvent<Pick<Output, Type>>, Initial, Next>,
): Fold<FoldState<Initial, Next>, ChannelEvent<Output>>
/**
 * Defines a fold of the events of any event stream.
 *
 * @param source - A URL. The fold may be given to a hook with another one.
 * @param options - `initialValue` and `reducer`; `parse`, where data is not to be read as text; `events`, the types that count.
 */
export function defineFold<Initial, Next extends NextState<Initial>, Data = string>(
  source: string | URL,
  options: Partial<ParseOptions<Data>> &
    EventTypesOptions<string> &
    FoldOptions<PlainEvent<Data>, Initial, Next>,
): Fold<FoldState<Initial, Next>, PlainEvent<Data>>
export function defineFold(
  source: string | URL | object,
  options: Pick<SharedFold, 'initialValue'>,
): Fold<unknown, unknown> {
  const isAnyStream = typeof source === 'string' || source instanceof URL
  // A stream with parameters has the contract of its channels, though only those are typed to have it.
  const channel = isAnyStream ? undefined : (source as Channel)
  const fold: SharedFold = {
    ...options,
    channel,
    onJoin(store, before) {
      if (process.env.NODE_ENV !== 'production' && before) takeOver(store, fold, before)
      forgetUnread(store)
    },
  }
  return fold
}

/** Folds that took over from one before them. */
const successors = new WeakSet<SharedFold>()

/**
 * Fast Refresh evaluates a module anew when it is edited, and with it the folds that it defines. One that is as it was before
 * goes on where that one is.
 */
function takeOver(store: StreamStore, fold: SharedFold, before: SharedFold): void {
  const running = store.folds.get(fold)
  const earlier = store.folds.get(before)
  if (!running || !earlier || successors.has(fold) || sourceOf(fold) !== sourceOf(before)) return
  successors.add(fold)
  Object.assign(running, { latest: earlier.latest, shown: earlier.shown })
}

function sourceOf({ reducer, parse, events, initialValue }: SharedFold): string {
  return [reducer, parse, events, JSON.stringify(initialValue)].map(String).join()
}

/** Folds run as long as their store is open, but where one is defined in render each render leaves one behind. */
function forgetUnread({ members, folds, raw }: StreamStore): void {
  const read = new Set<object>([raw, ...[...members].map(({ foldId }) => foldId)])
  const unread = [...folds.keys()].filter((id) => !read.has(id))
  if (unread.length <= MAX_UNREAD_FOLDS) return
  if (process.env.NODE_ENV !== 'production') {
    warn('nobody reads more than 100 folds of a stream any more: call defineFold outside of components')
  }
  for (const id of unread.slice(0, -MAX_UNREAD_FOLDS)) folds.delete(id)
}
