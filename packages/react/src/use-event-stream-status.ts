'use client'

import type { ConnectionStatus } from '@millrace/client'
import type { Channel } from '@millrace/core'
import { useContext, useSyncExternalStore } from 'react'
import { DefaultsContext } from './event-stream-context.ts'
import type { ChannelLocation, EventStreamDefaults } from './event-stream-options.ts'
import { streamAddress, withSource, type AddressOptions } from './stream-address.ts'
import { findStore, watchers } from './stream-stores.ts'

/** Options of {@link useEventStreamStatus}: those that tell streams apart. */
export interface EventStreamStatusOptions extends Pick<
  EventStreamDefaults,
  'headers' | 'credentials' | 'scope'
> {
  /** The method of the request. Default `'GET'`. */
  readonly method?: string | undefined
  /** The body of the request. Default none. */
  readonly body?: string | undefined
}

/**
 * Reads where the connection of a stream stands, without reading its events. It opens no connection of its own: the status is
 * `idle` while no component reads the stream.
 *
 * @param source - A channel made by `defineStream`; a stream with parameters must be bound first.
 * @param options - `url`: where the channel's route is; `scope`, `headers`, `credentials`, as the readers have them.
 * @throws {TypeError} If the URL is missing or cannot be parsed.
 * @example
 * const isLive = useEventStreamStatus(prices, { url: '/api/prices' }) === 'open'
 */
export function useEventStreamStatus(
  source: Channel<object, object>,
  options: ChannelLocation & EventStreamStatusOptions,
): ConnectionStatus
/**
 * Reads where the connection to any event stream stands.
 *
 * @param source - A URL; relative ones begin at the document's base.
 * @param options - As the readers have them; all are optional.
 * @throws {TypeError} If the URL cannot be parsed.
 */
export function useEventStreamStatus(
  source: string | URL,
  options?: EventStreamStatusOptions,
): ConnectionStatus
export function useEventStreamStatus(
  source: string | URL | Channel<object>,
  given: AddressOptions = {},
): ConnectionStatus {
  const complete = useContext(DefaultsContext)
  const { key } = streamAddress(complete(withSource(source, given)))
  return useSyncExternalStore(
    watch,
    () => findStore(key)?.raw.shown.state.status ?? 'idle',
    () => 'idle',
  )
}

function watch(notify: () => void): () => void {
  watchers.add(notify)
  return () => watchers.delete(notify)
}
