'use client'

import type { PlainEvent } from '@millrace/client'
import { useContext, useInsertionEffect, useState, useSyncExternalStore } from 'react'
import { DefaultsContext } from './event-stream-context.ts'
import type { FoldOptions, FoldState, NextState, ParseOptions } from './event-stream-options.ts'
import type { EventStreamRequestOptions, EventStreamRequestResult } from './event-stream-request-options.ts'
import { scheduler } from './flush-scheduler.ts'
import { createStreamRequest, type RequestOptions, type RequestSnapshot } from './stream-request.ts'

/**
 * Folds one-shot streams, such as a model's answers, into a state. Each `start(input)` sends one request, once.
 *
 * In all forms nothing is sent before `start()`; starting again, unmounting and hiding the component abort the request under
 * way.
 *
 * @param url - Where to send requests; the latest one counts at `start()`.
 * @param options - `initialValue` and `reducer`; `parse`, `body` and how to make the request are optional.
 * @returns `data`: the latest payload, or the state of the fold; `lastEvent`, `status`, `pending`, `error`, `start`, `abort`.
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
/**
 * Reads one-shot streams with data that `parse` makes a value of: `data` is the latest one.
 *
 * @param url - Where to send requests; the latest one counts at `start()`.
 * @param options - `parse`, as in `JSON.parse`; all others are optional.
 * @returns As for the other forms.
 */
export function useEventStreamRequest<Data, Input = unknown>(
  url: string | URL,
  options: ParseOptions<Data> & EventStreamRequestOptions<PlainEvent<Data>, Input>,
): EventStreamRequestResult<Data | undefined, PlainEvent<Data>, Input>
/**
 * Reads one-shot streams as text: `data` is the latest payload.
 *
 * @param url - Where to send requests; the latest one counts at `start()`.
 * @param options - All are optional.
 * @returns As for the other forms.
 */
export function useEventStreamRequest<Input = unknown>(
  url: string | URL,
  options?: EventStreamRequestOptions<PlainEvent, Input>,
): EventStreamRequestResult<string | undefined, PlainEvent, Input>
export function useEventStreamRequest(
  url: string | URL,
  given: Omit<RequestOptions, 'url'> = {},
): RequestSnapshot {
  const options = useContext(DefaultsContext)(given)
  const [request] = useState(() => createStreamRequest({ ...options, url }, scheduler))
  // Before any effect that calls `start()`.
  useInsertionEffect(() => request.update({ ...options, url }))
  return useSyncExternalStore(request.subscribe, request.getSnapshot, request.getServerSnapshot)
}
