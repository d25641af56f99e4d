import { EventStreamError } from './event-stream-error.ts'
import type { EventStreamEvent } from './event-stream-event.ts'
import { checkLimit, resolveLimits } from './parser-limits.ts'
import type { ParserLimits, ResolvedParserLimits } from './parser-limits.ts'
import { Utf8Decoder } from './utf8-decoder.ts'

/** What a parser tells besides events, and where it starts. Every option may be left out. */
export interface ParserSettings {
  /**
   * Receives a reconnection time in milliseconds, as soon as its line ends. Any non-negative integer the server chose,
   * cut to `Number.MAX_SAFE_INTEGER`: clamp it before use.
   */
  readonly onRetry?: ((reconnectionTimeMs: number) => void) | undefined
  /** Receives each comment line, without its colon and one space after it. */
  readonly onComment?: ((comment: string) => void) | undefined
  /**
   * Receives the last event ID string at each blank line that sets it: that of every block with an `id`, whether or not
   * it has data, and before its event.
   */
  readonly onId?: ((lastEventId: string) => void) | undefined
  /** The last event ID string to begin with: what the stream goes on from. Default `''`. */
  readonly lastEventId?: string | undefined
  /** How much the parser holds at most. */
  readonly limits?: ParserLimits | undefined
}

/** Options of {@link createParser}. */
export interface ParserOptions extends ParserSettings {
  /** Receives each event, as soon as its blank line ends. */
  readonly onEvent: (event: EventStreamEvent) => void
}

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
 * @throws {RangeError} If a limit is not a positive number.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function createParser(options: ParserOptions): Parser {
  if (typeof options?.onEvent !== 'function') {
    throw new TypeError(`createParser: onEvent must be a function, received ${typeof options?.onEvent}`)
  }
  const parser = new EventStreamParser(options)
  return {
    feed: (chunk) => parser.feed(chunk),
    end: () => parser.end(),
    reset: (resetOptions) => parser.reset(resetOptions),
  }
}

const lineFeed = 0x0a
const space = 0x20
const colon = 0x3a
const letterD = 0x64
const letterE = 0x65
const letterI = 0x69
const letterR = 0x72

class EventStreamParser implements Parser {
  readonly #options: ParserOptions
  readonly #limits: ResolvedParserLimits
  #decoder = new Utf8Decoder()

  #isParsing = false
  /** What callbacks have fed meanwhile. */
  #queue: string[] = []
  #callbackErrors: unknown[] = []
  /** What `feed` throws once the stream is over; undefined while it goes on. */
  #finished: Error | undefined
  /** Another number after each reset, for the loop to notice one. */
  #streamNumber = 0

  /** The beginning of a line that no chunk has ended yet. */
  #linePieces: string[] = []
  #lineLength = 0
  #swallowsLineFeed = false

  /** The data buffer without its last LF; undefined before the first `data` field of a block. */
  #data: string | undefined
  #type = ''
  /** The `id` of the present block, not yet committed; undefined where it has none. */
  #id: string | undefined
  #lastEventId = ''

  constructor(options: ParserOptions) {
    this.#options = options
    this.#limits = resolveLimits(options.limits)
    this.reset(options)
  }

  feed(chunk: Uint8Array | string): void {
    if (this.#finished) throw this.#finished
    const text = this.#decoder.decode(chunk)
    if (this.#isParsing) this.#queue.push(text)
    else this.#parseAll(text)
  }

  end(): void {
    this.#finished ??= new EventStreamError('closed', 'feed() after end(): reset() starts a new stream')
    if (!this.#isParsing) this.#discard()
  }

  reset({ lastEventId = this.#lastEventId }: { readonly lastEventId?: string | undefined } = {}): void {
    this.#lastEventId = lastEventId
    this.#finished = undefined
    this.#discard()
  }

  #discard(): void {
    this.#streamNumber++
    this.#decoder = new Utf8Decoder()
    this.#queue = []
    this.#linePieces = []
    this.#lineLength = 0
    this.#swallowsLineFeed = false
    this.#data = undefined
    this.#type = ''
    this.#id = undefined
  }

  #parseAll(firstText: string): void {
    this.#isParsing = true
    for (let text: string | undefined = firstText; text !== undefined; text = this.#queue.shift()) {
      try {
        this.#parse(text)
      } catch (error) {
        // A passed limit, since #call keeps what callbacks throw; or the platform's longest string, without limits.
        this.#finished = error as Error
        this.#callbackErrors.push(error)
        this.#queue = []
      }
    }
    this.#isParsing = false
    if (this.#finished) this.#discard()
    this.#throwErrors()
  }

  #throwErrors(): void {
    const errors = this.#callbackErrors
    if (errors.length === 0) return
    this.#callbackErrors = []
    throw errors.length === 1
      ? errors[0]
      : new AggregateError(errors, `${errors.length} errors in one feed()`)
  }

  /** Cuts text into lines. Each character is looked at a fixed number of times, however the chunks fall. */
  #parse(text: string): void {
    const streamNumber = this.#streamNumber
    let start = 0
    if (this.#swallowsLineFeed && text !== '') {
      this.#swallowsLineFeed = false
      if (text.charCodeAt(0) === lineFeed) start = 1
    }
    let lf = text.indexOf('\n', start)
    let cr = text.indexOf('\r', start)
    while (lf !== -1 || cr !== -1) {
      const isCarriageReturn = cr !== -1 && (lf === -1 || cr < lf)
      const end = isCarriageReturn ? cr : lf
      this.#endLine(text, start, end)
      if (streamNumber !== this.#streamNumber) return
      start = end + 1
      if (isCarriageReturn) {
        // The line is over at once: an event must not wait for a line feed that may never come.
        if (start === text.length) this.#swallowsLineFeed = true
        else if (text.charCodeAt(start) === lineFeed) start++
        cr = text.indexOf('\r', start)
      }
      if (lf !== -1 && lf < start) lf = text.indexOf('\n', start)
    }
    if (start < text.length) this.#keepPiece(text.slice(start))
  }

  /** Keeps the beginning of a line, to be joined once, at its end: joining at every chunk would be quadratic. */
  #keepPiece(piece: string): void {
    checkLimit('maxLineLength', this.#limits.maxLineLength, this.#lineLength + piece.length)
    this.#lineLength += piece.length
    const pieces = this.#linePieces
    pieces.push(piece)
    // Tiny pieces weigh many times their text; the sum is not flattened before the line ends.
    if (pieces.length === 1024) this.#linePieces = [pieces[0] + pieces.slice(1).join('')]
  }

  #endLine(text: string, start: number, end: number): void {
    checkLimit('maxLineLength', this.#limits.maxLineLength, this.#lineLength + end - start)
    if (this.#lineLength === 0) return this.#processLine(text, start, end)
    this.#linePieces.push(text.slice(start, end))
    const line = this.#linePieces.join('')
    this.#linePieces = []
    this.#lineLength = 0
    this.#processLine(line, 0, line.length)
  }

  #processLine(text: string, start: number, end: number): void {
    if (start === end) return this.#dispatch()
    let value: string | undefined
    switch (text.charCodeAt(start)) {
      case letterD:
        value = fieldValue(text, start, end, 'data')
        if (value !== undefined) this.#appendData(value)
        return
      case letterE:
        value = fieldValue(text, start, end, 'event')
        if (value === undefined) return
        checkLimit('maxTypeLength', this.#limits.maxTypeLength, value.length)
        this.#type = value
        return
      case letterI:
        value = fieldValue(text, start, end, 'id')
        // An id with NUL is ignored: the one before it stands.
        if (value === undefined || value.includes('\0')) return
        checkLimit('maxIdLength', this.#limits.maxIdLength, value.length)
        this.#id = value
        return
      case letterR:
        value = fieldValue(text, start, end, 'retry')
        if (value === undefined || !/^[0-9]+$/.test(value)) return
        this.#call(this.#options.onRetry, Math.min(Number(value), Number.MAX_SAFE_INTEGER))
        return
      case colon:
        if (this.#options.onComment) this.#call(this.#options.onComment, valueAfter(text, start, end))
    }
  }

  #appendData(value: string): void {
    const data = this.#data
    checkLimit(
      'maxEventLength',
      this.#limits.maxEventLength,
      data === undefined ? value.length : data.length + 1 + value.length,
    )
    this.#data = data === undefined ? value : data + '\n' + value
  }

  #dispatch(): void {
    // Every blank line commits the id, and nothing but another id takes its place: later events without one keep it.
    if (this.#id !== undefined) {
      this.#lastEventId = this.#id
      this.#id = undefined
      this.#call(this.#options.onId, this.#lastEventId)
    }
    const data = this.#data
    const type = this.#type
    this.#data = undefined
    this.#type = ''
    // The standard tests the buffer before it takes the last LF off: one empty `data` field is an event.
    if (data === undefined) return
    this.#call(this.#options.onEvent, { type: type || 'message', data, lastEventId: this.#lastEventId })
  }

  #call<Value>(callback: ((value: Value) => void) | undefined, value: Value): void {
    try {
      callback?.(value)
    } catch (error) {
      this.#callbackErrors.push(error)
    }
  }
}

/** The value of a line's field, or undefined where its name is another one. */
function fieldValue(text: string, start: number, end: number, name: string): string | undefined {
  // By code unit: `startsWith` at a position costs several times as much, and names are short.
  for (let index = 1; index < name.length; index++) {
    if (text.charCodeAt(start + index) !== name.charCodeAt(index)) return undefined
  }
  const nameEnd = start + name.length
  if (nameEnd === end) return ''
  return text.charCodeAt(nameEnd) === colon ? valueAfter(text, nameEnd, end) : undefined
}

/** What follows a colon, without one space. */
function valueAfter(text: string, colonIndex: number, end: number): string {
  return text.slice(text.charCodeAt(colonIndex + 1) === space ? colonIndex + 2 : colonIndex + 1, end)
}
