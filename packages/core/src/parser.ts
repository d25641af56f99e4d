import { createChunkDecoder } from './chunk-decoder.ts'
import { EventStreamError } from './event-stream-error.ts'
import { FastParser } from './fast-parser.ts'
import type { ParserOptions } from './stream-parser.ts'
export type { ParserOptions, ParserSettings } from './stream-parser.ts'

/** A parser of one event stream at a time. Its methods need no `this`. */
export interface Parser {
  /**
   * Parses the next piece of the stream and calls back for all it completes. The bytes may be reused afterwards.
   *
   * A callback that throws stops nothing: the rest of the chunk is parsed first, and every event is delivered once. Then
   * its error is thrown here, or an `AggregateError` with the errors in order where there were several. A feed from
   * inside a callback is parsed after the rest of the current chunk, before the outer feed returns.
   *
   * @param chunk - Bytes of UTF-8, or text already decoded. Change from one to the other only between characters.
   * @throws {EventStreamError} `limit-exceeded` if a limit is passed, once what came before was delivered, and from then
   *   on; `closed` after {@link Parser.end}.
   */
  readonly feed: (chunk: Uint8Array | string) => void
  /**
   * Marks the end of the stream and discards the unfinished block, its id included. From inside a callback: once the
   * rest of what was fed is parsed. Repeating it does nothing.
   */
  readonly end: () => void
  /**
   * Starts a new stream, also after {@link Parser.end} or a passed limit. From inside a callback: at once, so that the
   * rest of what was fed is dropped.
   *
   * @param options.lastEventId - The last event ID string to begin with. By default the present one is kept, as a
   *   reconnect does.
   */
  readonly reset: (options?: { readonly lastEventId?: string | undefined }) => void
}

/**
 * Creates a push parser: bytes or text go in by `feed`, in chunks of any size; events come out by `onEvent`, at once.
 *
 * @throws {TypeError} If `onEvent` is not a function.
 * @throws {RangeError} If a limit is below 1.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function createParser(options: ParserOptions): Parser {
  if (typeof options?.onEvent !== 'function') {
    throw new TypeError(`onEvent must be a function, received ${typeof options?.onEvent}`)
  }
  let errors: unknown[] = []
  /** What callbacks have fed meanwhile. */
  let queue: (Uint8Array | string)[] = []
  let isParsing = false
  /** What `feed` throws once the stream is over; undefined while it goes on. */
  let finished: Error | undefined

  const collectErrors =
    <Value>(callback: (value: Value) => void) =>
    (value: Value): void => {
      try {
        callback(value)
      } catch (error) {
        errors.push(error)
      }
    }
  const { limits, lastEventId, onEvent, onRetry, onComment, onId } = options
  const settings: ParserOptions = {
    limits,
    onEvent: collectErrors(onEvent),
    onRetry: onRetry && collectErrors(onRetry),
    onComment: onComment && collectErrors(onComment),
    onId: onId && collectErrors(onId),
  }
  let stream = new FastParser({ ...settings, lastEventId })
  let parse = parserOf(stream)

  function startStream(from?: string): void {
    stream.stop()
    queue = []
    stream = new FastParser({ ...settings, lastEventId: from ?? stream.lastEventId })
    parse = parserOf(stream)
  }

  /** A passed limit ends the stream, since what callbacks throw is collected; so does the platform's longest string. */
  function fail(error: unknown): void {
    finished = error as Error
    errors.push(error)
    queue = []
  }

  /** Does what callbacks left to be done, once a chunk is parsed. */
  function settle(): void {
    for (let chunk = queue.shift(); chunk !== undefined; chunk = queue.shift()) {
      isParsing = true
      try {
        parse(chunk)
      } catch (error) {
        fail(error)
      }
      isParsing = false
    }
    if (finished) startStream()
    if (errors.length === 0) return
    const thrown = errors
    errors = []
    throw thrown.length === 1
      ? thrown[0]
      : new AggregateError(thrown, `${thrown.length} errors in one feed()`)
  }

  return {
    feed(chunk) {
      if (finished) throw finished
      if (isParsing) {
        // A copy of the bytes: whoever feeds them may use them again. Not by `slice`, which of a `Buffer` is a view.
        queue.push(typeof chunk === 'string' ? chunk : new Uint8Array(chunk))
        return
      }
      isParsing = true
      // Here as well as in `settle`, since a call more costs up to 10 % for one event per chunk.
      try {
        parse(chunk)
      } catch (error) {
        fail(error)
      }
      isParsing = false
      if (queue.length > 0 || errors.length > 0 || finished) settle()
    },
    end() {
      finished ??= new EventStreamError('closed', 'feed() after end()')
      if (!isParsing) startStream()
    },
    reset(from) {
      finished = undefined
      startStream(from?.lastEventId)
    },
  }
}

/** A function that decodes and parses the chunks of one stream. */
function parserOf(stream: FastParser): (chunk: Uint8Array | string) => void {
  return createChunkDecoder((text) => stream.parse(text))
}
