'use client'

import type { PlainEvent } from '@millrace/client'
import { useInsertionEffect, useState, useSyncExternalStore } from 'react'
import type { FoldOptions, FoldState, NextState, ParseOptions } from './event-stream-options.ts'
import type { EventStreamRequestOptions, EventStreamRequestResult } from './event-stream-request-options.ts'
import { scheduler } from './flush-scheduler.ts'
import { createStreamRequest, type RequestOptions, type RequestSnapshot } from './stream-request.ts'

/**
 * Reads one-shot streams, such as a model's answers: each `start(input)` sends one request, once.
 *
 * Nothing is sent before `start()`. Starting again, and unmounting, abort the request under way.
 *
 * @param url - Where to send requests.
 * @param options - `initialValue` and `reducer` to fold events, `parse`, and how to make the request; all optional.
 * @returns `data`: the latest payload, or the fold; `lastEvent`, `status`, `pending`, `error`, `start`, `abort`.
 * @example
 * const chat = useEventStreamRequest('/api/chat', { initialValue: '', reducer: (text, event) => text + event.data })
 * chat.start({ prompt })
 */
export function useEventStreamRequest<
  Initial,
  Next extends NextState<Initial>,
  Input = unknown,
  Data = string,
>(
  url: string | URL,
  options: Partial<ParseOptions<Data>> &
    EventStreamRequestOptions<PlainEvent<Data>, Input> &
    FoldOptions<PlainEvent<Data>, Initial, Next>,
): EventStreamRequestResult<FoldState<Initial, Next>, PlainEvent<Data>, Input>
export function useEventStreamRequest<Data, Input = unknown>(
  url: string | URL,
  options: ParseOptions<Data> & EventStreamRequestOptions<PlainEvent<Data>, Input>,
): EventStreamRequestResult<Data | undefined, PlainEvent<Data>, Input>
export function useEventStreamRequest<Input = unknown>(
  url: string | URL,
  options?: EventStreamRequestOptions<PlainEvent, Input>,
): EventStreamRequestResult<string | undefined, PlainEvent, Input>
export function useEventStreamRequest(
  url: string | URL,
  options: Omit<RequestOptions, 'url'> = {},
): RequestSnapshot {
  const [request] = useState(() => createStreamRequest({ ...options, url }, scheduler))
  // Before any effect that calls `start()`.
  useInsertionEffect(() => request.update({ ...options, url }))
  return useSyncExternalStore(request.subscribe, request.getSnapshot, request.getServerSnapshot)
}
