'use client'

import type { PlainEvent } from '@millrace/client'
import type { Channel, ChannelEvent } from '@millrace/core'
import { useInsertionEffect, useMemo, useState, useSyncExternalStore } from 'react'
import type {
  ChannelLocation,
  EventStreamOptions,
  EventStreamResult,
  FoldOptions,
  FoldState,
  InitialSnapshotOptions,
  NextState,
  ParseOptions,
} from './event-stream-options.ts'
import { streams } from './store-registry.ts'
import { streamAddress, type AddressOptions } from './stream-address.ts'
import { createStreamObserver, type ObserverOptions, type ObserverSnapshot } from './stream-observer.ts'

/**
 * Folds the events of a channel into a state.
 *
 * In all forms, components with the same URL, scope, headers and credentials share one connection, which reconnects and
 * resumes by itself; it outlives the last of them for `lingerMs`.
 *
 * @param source - A channel made by `defineStream`; a stream with parameters must be bound first.
 * @param options - `url`: where the channel's route is; `initialValue` and `reducer`; all others are optional.
 * @returns `data`: the latest payload, or the state of the fold; `lastEvent`, `status`, `error`, `reconnect`, `close`.
 * @throws {TypeError} If the URL is missing or cannot be parsed.
 * @example
 * const { data: board } = useEventStream(prices, {
 *   url: '/api/prices',
 *   initialValue: {},
 *   reducer: (board, event) => ({ ...board, [event.data.symbol]: event.data.price }),
 * })
 */
export function useEventStream<Output extends object, Initial, Next extends NextState<Initial>>(
  source: Channel<object, Output>,
  options: ChannelLocation &
    EventStreamOptions<ChannelEvent<Output>> &
    FoldOptions<ChannelEvent<Output>, Initial, Next> &
    InitialSnapshotOptions<FoldState<NoInfer<Initial>, NoInfer<Next>>>,
): EventStreamResult<FoldState<Initial, Next>, ChannelEvent<Output>>
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
export function useEventStream<Output extends object>(
  source: Channel<object, Output>,
  options: ChannelLocation & EventStreamOptions<ChannelEvent<Output>>,
): EventStreamResult<ChannelEvent<Output>['data'] | undefined, ChannelEvent<Output>>
/**
 * Folds the events of any event stream into a state.
 *
 * @param source - A URL; relative ones begin at the document's base.
 * @param options - `initialValue` and `reducer`; `parse`, where data is not to be read as text; all others are optional.
 * @returns As for the other forms, with the state of the fold as `data`.
 * @throws {TypeError} If the URL cannot be parsed.
 */
export function useEventStream<Initial, Next extends NextState<Initial>, Data = string>(
  source: string | URL,
  options: Partial<ParseOptions<Data>> &
    EventStreamOptions<PlainEvent<Data>> &
    FoldOptions<PlainEvent<Data>, Initial, Next> &
    InitialSnapshotOptions<FoldState<NoInfer<Initial>, NoInfer<Next>>>,
): EventStreamResult<FoldState<Initial, Next>, PlainEvent<Data>>
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
export function useEventStream<Data>(
  source: string | URL,
  options: ParseOptions<Data> & EventStreamOptions<PlainEvent<Data>>,
): EventStreamResult<Data | undefined, PlainEvent<Data>>
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
  options?: EventStreamOptions<PlainEvent>,
): EventStreamResult<string | undefined, PlainEvent>
export function useEventStream(
  source: string | URL | Channel<object>,
  options: ObserverOptions & AddressOptions & { readonly enabled?: boolean | undefined } = {},
): ObserverSnapshot {
  const address = streamAddress(source, options)
  const [known, setKnown] = useState(() => createStreamObserver(address, options, { streams }))
  const isKnown = known.key === address.key
  const observer = isKnown ? known : createStreamObserver(address, options, { streams, replaces: known })
  if (!isKnown) setKnown(observer)

  // Before any effect that subscribes, so that an event never meets options of a render that was thrown away.
  useInsertionEffect(() => observer.update(options))

  const isEnabled = options.enabled ?? true
  const snapshot = useSyncExternalStore(
    isEnabled ? observer.subscribe : subscribeToNothing,
    observer.getSnapshot,
    observer.getServerSnapshot,
  )
  return useMemo(
    () => (isEnabled ? snapshot : { ...snapshot, status: 'idle', error: undefined }),
    [isEnabled, snapshot],
  )
}

function subscribeToNothing(): () => void {
  return () => undefined
}
