'use client'

import type { PlainEvent } from '@millrace/client'
import type { Channel, ChannelEvent } from '@millrace/core'
import { useContext, useInsertionEffect, useState, useSyncExternalStore } from 'react'
import { DefaultsContext } from './event-stream-context.ts'
import type {
  ChannelLocation,
  EventStreamOptions,
  EventStreamResult,
  EventTypesOptions,
  FoldOptions,
  FoldState,
  InitialSnapshotOptions,
  NextState,
  ParseOptions,
  SelectOptions,
  SharedFoldOptions,
} from './event-stream-options.ts'
import { createObserverSlot } from './observer-slot.ts'
import { streamAddress, withSource, type AddressOptions } from './stream-address.ts'
import type { ObserverOptions, ObserverView } from './stream-observer.ts'

/**
 * Reads a fold of a channel that components share: one state, however many they are.
 *
 * In all forms, components with the same URL, scope, headers and credentials share one connection, which reconnects and
 * resumes by itself; it outlives the last of them for `lingerMs`.
 *
 * @param source - A channel made by `defineStream`; a stream with parameters must be bound first.
 * @param options - `url`: where the channel's route is; `fold`, made by `defineFold`; `select`, what of its state is read; all
 *   others are optional.
 * @returns `data`: what was selected of the state; `lastEvent`, `status`, `error`, `reconnect`, `close`.
 * @throws {TypeError} If the URL is missing or cannot be parsed.
 * @example
 * const { data: price } = useEventStream(prices, { url: '/api/prices', fold: board, select: (board) => board[symbol] })
 */
export function useEventStream<Output extends object, State, Selected = State>(
  source: Channel<object, Output>,
  options: ChannelLocation &
    EventStreamOptions<ChannelEvent<Output>> &
    SharedFoldOptions<State, ChannelEvent<Output>> &
    SelectOptions<State, Selected> &
    InitialSnapshotOptions<NoInfer<State>>,
): EventStreamResult<Selected, ChannelEvent<Output>>
/**
 * Folds the events of a channel into a state.
 *
 * @param source - A channel made by `defineStream`; a stream with parameters must be bound first.
 * @param options - `url`: where the channel's route is; `initialValue` and `reducer`; all others are optional.
 * @returns As for the other forms, with the state of the fold as `data`.
 * @throws {TypeError} If the URL is missing or cannot be parsed.
 * @example
 * const { data: board } = useEventStream(prices, {
 *   url: '/api/prices',
 *   initialValue: {},
 *   reducer: (board, event) => ({ ...board, [event.data.symbol]: event.data.price }),
 * })
 */
export function useEventStream<
  Output extends object,
  Initial,
  Next extends NextState<Initial>,
  Type extends keyof Output & string = keyof Output & string,
  Selected = FoldState<Initial, Next>,
>(
  source: Channel<object, Output>,
  options: ChannelLocation &
    EventStreamOptions<ChannelEvent<Pick<Output, Type>>> &
    EventTypesOptions<Type> &
    FoldOptions<ChannelEvent<Pick<Output, Type>>, Initial, Next> &
    SelectOptions<FoldState<NoInfer<Initial>, NoInfer<Next>>, Selected> &
    InitialSnapshotOptions<FoldState<NoInfer<Initial>, NoInfer<Next>>>,
): EventStreamResult<Selected, ChannelEvent<Pick<Output, Type>>>
/**
 * Reads the events of a channel, typed and checked by its contract: `data` is the latest payload.
 *
 * @param source - A channel made by `defineStream`; a stream with parameters must be bound first.
 * @param options - `url`: where the channel's route is; all others are optional.
 * @returns As for the other forms.
 * @throws {TypeError} If the URL is missing or cannot be parsed.
 * @example
 * const { data, lastEvent, status } = useEventStream(prices, { url: '/api/prices' })
 */
export function useEventStream<
  Output extends object,
  Type extends keyof Output & string = keyof Output & string,
  Selected = Output[Type] | undefined,
>(
  source: Channel<object, Output>,
  options: ChannelLocation &
    EventStreamOptions<ChannelEvent<Pick<Output, Type>>> &
    EventTypesOptions<Type> &
    SelectOptions<Output[Type] | undefined, Selected>,
): EventStreamResult<Selected, ChannelEvent<Pick<Output, Type>>>
/**
 * Reads a fold of any event stream that components share.
 *
 * @param source - A URL; relative ones begin at the document's base.
 * @param options - `fold`, made by `defineFold`; `select`, what of its state is read; all others are optional.
 * @returns As for the other forms.
 * @throws {TypeError} If the URL cannot be parsed.
 */
export function useEventStream<Event extends PlainEvent<unknown>, State, Selected = State>(
  source: string | URL,
  options: EventStreamOptions<Event> &
    SharedFoldOptions<State, Event> &
    SelectOptions<State, Selected> &
    InitialSnapshotOptions<NoInfer<State>>,
): EventStreamResult<Selected, Event>
/**
 * Folds the events of any event stream into a state.
 *
 * @param source - A URL; relative ones begin at the document's base.
 * @param options - `initialValue` and `reducer`; `parse`, where data is not to be read as text; all others are optional.
 * @returns As for the other forms, with the state of the fold as `data`.
 * @throws {TypeError} If the URL cannot be parsed.
 */
export function useEventStream<
  Initial,
  Next extends NextState<Initial>,
  Data = string,
  Selected = FoldState<Initial, Next>,
>(
  source: string | URL,
  options: Partial<ParseOptions<Data>> &
    EventStreamOptions<PlainEvent<Data>> &
    EventTypesOptions<string> &
    FoldOptions<PlainEvent<Data>, Initial, Next> &
    SelectOptions<FoldState<NoInfer<Initial>, NoInfer<Next>>, Selected> &
    InitialSnapshotOptions<FoldState<NoInfer<Initial>, NoInfer<Next>>>,
): EventStreamResult<Selected, PlainEvent<Data>>
/**
 * Reads any event stream with data that `parse` makes a value of: `data` is the latest one.
 *
 * @param source - A URL; relative ones begin at the document's base.
 * @param options - `parse`, as in `JSON.parse`; all others are optional.
 * @returns As for the other forms.
 * @throws {TypeError} If the URL cannot be parsed.
 * @example
 * const { data } = useEventStream<Tick>('/ticks', { parse: JSON.parse })
 */
export function useEventStream<Data, Selected = Data | undefined>(
  source: string | URL,
  options: ParseOptions<Data> &
    EventStreamOptions<PlainEvent<Data>> &
    EventTypesOptions<string> &
    SelectOptions<NoInfer<Data> | undefined, Selected>,
): EventStreamResult<Selected, PlainEvent<Data>>
/**
 * Reads any event stream as text: `data` is the latest payload.
 *
 * @param source - A URL; relative ones begin at the document's base.
 * @param options - All are optional.
 * @returns As for the other forms.
 * @throws {TypeError} If the URL cannot be parsed.
 * @example
 * const { data, status } = useEventStream('/events')
 */
export function useEventStream(
  source: string | URL,
  options?: EventStreamOptions<PlainEvent> &
    EventTypesOptions<string> &
    SelectOptions<string | undefined, string | undefined>,
): EventStreamResult<string | undefined, PlainEvent>
/**
 * Reads something of the text of any event stream.
 *
 * @param source - A URL; relative ones begin at the document's base.
 * @param options - `select`, what of the latest payload is read; all others are optional.
 * @returns As for the other forms.
 * @throws {TypeError} If the URL cannot be parsed.
 */
export function useEventStream<Selected>(
  source: string | URL,
  options: EventStreamOptions<PlainEvent> &
    EventTypesOptions<string> &
    Required<Pick<SelectOptions<string | undefined, Selected>, 'select'>> &
    SelectOptions<string | undefined, Selected>,
): EventStreamResult<Selected, PlainEvent>
export function useEventStream(
  source: string | URL | Channel<object>,
  // What `defineFold` makes has more than its type tells.
  given: Omit<ObserverOptions, 'fold'> & AddressOptions & { readonly fold?: object } = {},
): ObserverView {
  const complete = useContext(DefaultsContext)
  const options = complete(withSource(source, given as ObserverOptions & AddressOptions))
  const address = streamAddress(options)
  const [slot] = useState(createObserverSlot)
  const observer = slot.observerOf(address, options)

  // Before any effect that subscribes, so that an event never meets options of a render that was thrown away.
  useInsertionEffect(() => slot.commit(observer, options))

  return useSyncExternalStore(
    options.enabled === false ? subscribeToNothing : observer.subscribe,
    () => observer.read(options),
    () => observer.readOnServer(options),
  )
}

function subscribeToNothing(): () => void {
  return () => undefined
}
