'use client'

import type { PlainEvent } from '@millrace/client'
import type { Channel, ChannelEvent } from '@millrace/core'
import { useInsertionEffect, useState, useSyncExternalStore } from 'react'
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
import { scheduler } from './flush-scheduler.ts'
import { streams } from './store-registry.ts'
import { streamAddress, type AddressOptions } from './stream-address.ts'
import { createStreamObserver, type ObserverOptions, type StreamSnapshot } from './stream-observer.ts'

const context = { streams, scheduler }

/**
 * Reads an event stream. Components with the same URL, scope, headers and credentials share one connection, which reconnects
 * and resumes by itself.
 *
 * @param source - A URL, or a channel made by `defineStream`, whose events are typed.
 * @param options - `url` for a channel; `parse` for a URL; `initialValue` and `reducer` to fold events; all others are optional.
 * @returns `data`: the latest payload, or the fold; `lastEvent`, `status`, `error`, `reconnect`, `close`.
 * @throws {TypeError} If the URL is missing or cannot be parsed.
 * @example
 * const { data, status } = useEventStream('/events')
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
export function useEventStream<Output extends object>(
  source: Channel<object, Output>,
  options: ChannelLocation & EventStreamOptions<ChannelEvent<Output>>,
): EventStreamResult<ChannelEvent<Output>['data'] | undefined, ChannelEvent<Output>>
export function useEventStream<Initial, Next extends NextState<Initial>, Data = string>(
  source: string | URL,
  options: Partial<ParseOptions<Data>> &
    EventStreamOptions<PlainEvent<Data>> &
    FoldOptions<PlainEvent<Data>, Initial, Next> &
    InitialSnapshotOptions<FoldState<NoInfer<Initial>, NoInfer<Next>>>,
): EventStreamResult<FoldState<Initial, Next>, PlainEvent<Data>>
export function useEventStream<Data>(
  source: string | URL,
  options: ParseOptions<Data> & EventStreamOptions<PlainEvent<Data>>,
): EventStreamResult<Data | undefined, PlainEvent<Data>>
export function useEventStream(
  source: string | URL,
  options?: EventStreamOptions<PlainEvent>,
): EventStreamResult<string | undefined, PlainEvent>
export function useEventStream(
  source: string | URL | Channel<object>,
  options: ObserverOptions & AddressOptions & { readonly enabled?: boolean | undefined } = {},
): StreamSnapshot {
  const address = streamAddress(source, options)
  const [known, setKnown] = useState(() => createStreamObserver(address, options, context))
  const isKnown = known.key === address.key
  const observer = isKnown ? known : createStreamObserver(address, options, { ...context, replaces: known })
  if (!isKnown) setKnown(observer)

  // Before any effect that subscribes, so that an event never meets options of a render that was thrown away.
  useInsertionEffect(() => observer.update(options))

  const isEnabled = options.enabled ?? true
  const snapshot = useSyncExternalStore(
    isEnabled ? observer.subscribe : subscribeToNothing,
    observer.getSnapshot,
    observer.getServerSnapshot,
  )
  return isEnabled ? snapshot : { ...snapshot, status: 'idle', error: undefined }
}

function subscribeToNothing(): () => void {
  return () => undefined
}
