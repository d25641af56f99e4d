import { EventIterator } from './event-iterator.ts'
import { EventStreamError } from './event-stream-error.ts'
import type { EventStreamEvent } from './event-stream-event.ts'
import { isEventStream } from './media-type.ts'
import type { ParserSettings } from './stream-parser.ts'

/** Options of {@link parseEventStream}. The callbacks run in the order of the stream, between the events. */
export interface ParseEventStreamOptions extends ParserSettings {
  /** Ends the iteration: the source is cancelled at once, and the iterator rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** What {@link parseEventStream} reads: a response, or a stream of bytes or decoded text. */
export type EventStreamSource = Response | ReadableStream<Uint8Array | string>

/**
 * Reads the events of any response, or of any stream of bytes or text: `for await (const event of
 * parseEventStream(await fetch(url)))`.
 *
 * It can be iterated once. It reads a chunk when all events of the one before were taken, and cancels the source when
 * the iteration ends for any reason. A response with status 204, or without a body, has no events. A callback that
 * throws ends the iteration with its error.
 *
 * @param source - A response that nobody has read from, or its body, or any other stream.
 * @returns The events, in order. Iterating throws
 *   - `EventStreamError` `bad-status` if a response has another status than 200 or 204;
 *   - `EventStreamError` `bad-content-type` if a response is not `text/event-stream`;
 *   - `EventStreamError` `network` if the source breaks off, with the platform's error as `cause`; an `AbortError` or
 *     `TimeoutError` of the request passes through as it is;
 *   - `EventStreamError` `limit-exceeded` if a limit is passed, after the events before it;
 *   - `TypeError` if it is iterated a second time, or the source is locked.
 * @throws {TypeError} If the source is neither a response nor a stream.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function parseEventStream(
  source: EventStreamSource,
  options: ParseEventStreamOptions = {},
): AsyncIterable<EventStreamEvent> {
  if (typeof source !== 'object' || source === null || !('getReader' in source || 'body' in source)) {
    throw new TypeError(`source must be a Response or ReadableStream, received ${String(source)}`)
  }
  let isIterated = false
  return {
    [Symbol.asyncIterator]() {
      if (isIterated) throw new TypeError('an event stream can be iterated only once')
      isIterated = true
      const response = 'getReader' in source ? undefined : source
      return new EventIterator('getReader' in source ? source : source.body, {
        ...options,
        check: () => response && checkResponse(response),
      })
    },
  }
}

/** With status 204 there are no events, and no body either. */
function checkResponse({ status, headers }: Response): void {
  if (status === 204) return
  const contentType = headers.get('content-type')
  const isOk = status === 200
  if (isOk && isEventStream(contentType)) return
  throw new EventStreamError(
    isOk ? 'bad-content-type' : 'bad-status',
    `no event stream: ${status} ${contentType}`,
    { status },
  )
}
