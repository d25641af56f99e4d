import { EventStreamError } from './event-stream-error.ts'
import type { EventStreamEvent } from './event-stream-event.ts'
import { limitExceeded, resolveLimits } from './parser-limits.ts'
import type { ParserLimits, ResolvedParserLimits } from './parser-limits.ts'
import { createUtf8Decoder } from './utf8-decoder.ts'

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
    throw new TypeError(`onEvent must be a function, received ${typeof options?.onEvent}`)
  }
  return new EventStreamParser(options)
}

const lineFeed = 0x0a
const space = 0x20
const colon = 0x3a
const letterD = 0x64
const letterE = 0x65
const letterI = 0x69
const letterR = 0x72

/** The only field name that begins with a letter; for any other character the empty one, which comments have. */
function fieldName(letter: number): string {
  if (letter === letterD) return 'data'
  if (letter === letterE) return 'event'
  if (letter === letterI) return 'id'
  return letter === letterR ? 'retry' : ''
}

/** Where a character is next, or the end of the text. */
function indexOrEnd(text: string, character: string, start: number): number {
  const index = text.indexOf(character, start)
  return index === -1 ? text.length : index
}

/** The value of a line's field, or undefined where its name is another one. The first character is known to fit. */
function fieldValue(text: string, start: number, end: number, name: string): string | undefined {
  // By code unit: `startsWith` at a position costs several times as much, and names are short.
  for (let index = 1; index < name.length; index++) {
    if (text.charCodeAt(start + index) !== name.charCodeAt(index)) return undefined
  }
  const nameEnd = start + name.length
  if (nameEnd === end) return ''
  if (text.charCodeAt(nameEnd) !== colon) return undefined
  return text.slice(text.charCodeAt(nameEnd + 1) === space ? nameEnd + 2 : nameEnd + 1, end)
}

// A class, since with variables of a closure instead it was 6 % slower.
class EventStreamParser implements Parser {
  readonly #options: ParserOptions
  readonly #limits: ResolvedParserLimits

  #isParsing = false
  #callbackErrors: unknown[] = []
  /** What `feed` throws once the stream is over; undefined while it goes on. */
  #finished: Error | undefined
  #lastEventId = ''

  /** Each stream has its own: the loop notices a reset by it. */
  #decode = createUtf8Decoder()
  /** What callbacks have fed meanwhile. */
  #queue: string[] = []
  /** The beginning of a line that no chunk has ended yet. */
  #linePieces: string[] = []
  #lineLength = 0
  #swallowsLineFeed = false
  /** The data buffer without its last LF; undefined before the first `data` field of a block. */
  #data: string | undefined
  #type = ''
  /** The `id` of the present block, not yet committed; undefined where it has none. */
  #id: string | undefined

  readonly feed = (chunk: Uint8Array | string): void => {
    if (this.#finished) throw this.#finished
    const text = this.#decode(chunk)
    if (this.#isParsing) this.#queue.push(text)
    else this.#parseAll(text)
  }

  readonly end = (): void => {
    this.#finished ??= new EventStreamError('closed', 'feed() after end()')
    if (!this.#isParsing) this.#startStream()
  }

  readonly reset = (options?: { readonly lastEventId?: string | undefined }): void => {
    this.#lastEventId = options?.lastEventId ?? this.#lastEventId
    this.#finished = undefined
    this.#startStream()
  }

  constructor(options: ParserOptions) {
    this.#options = options
    this.#limits = resolveLimits(options.limits)
    this.reset(options)
  }

  #startStream(): void {
    this.#decode = createUtf8Decoder()
    this.#queue = []
    this.#linePieces = []
    this.#lineLength = 0
    this.#swallowsLineFeed = false
    this.#data = this.#id = undefined
    this.#type = ''
  }

  #parseAll(firstText: string): void {
    this.#isParsing = true
    for (let text: string | undefined = firstText; text !== undefined; text = this.#queue.shift()) {
      try {
        this.#parse(text)
      } catch (error) {
        // A passed limit, since `#call` keeps what callbacks throw; or the platform's longest string, without limits.
        this.#finished = error as Error
        this.#callbackErrors.push(error)
        this.#queue = []
      }
    }
    this.#isParsing = false
    if (this.#finished) this.#startStream()
    if (this.#callbackErrors.length === 0) return
    const errors = this.#callbackErrors
    this.#callbackErrors = []
    throw errors.length === 1
      ? errors[0]
      : new AggregateError(errors, `${errors.length} errors in one feed()`)
  }

  /** Cuts text into lines. Each character is looked at a fixed number of times, however the chunks fall. */
  #parse(text: string): void {
    const decodeOfStream = this.#decode
    let start = 0
    if (this.#swallowsLineFeed && text !== '') {
      this.#swallowsLineFeed = false
      if (text.charCodeAt(0) === lineFeed) start = 1
    }
    let lf = indexOrEnd(text, '\n', start)
    let cr = indexOrEnd(text, '\r', start)
    for (let end = Math.min(lf, cr); end < text.length; end = Math.min(lf, cr)) {
      this.#endLine(text, start, end)
      if (this.#decode !== decodeOfStream) return
      start = end + 1
      if (end === cr) {
        // The line is over at once: an event must not wait for a line feed that may never come.
        if (start === text.length) this.#swallowsLineFeed = true
        else if (text.charCodeAt(start) === lineFeed) start++
        cr = indexOrEnd(text, '\r', start)
      }
      if (lf < start) lf = indexOrEnd(text, '\n', start)
    }
    if (start < text.length) this.#keepPiece(text.slice(start))
  }

  /** Keeps the beginning of a line, to be joined once, at its end: joining at every chunk would be quadratic. */
  #keepPiece(piece: string): void {
    this.#lineLength += piece.length
    if (this.#lineLength > this.#limits.maxLineLength) this.#exceed('maxLineLength', this.#lineLength)
    this.#linePieces.push(piece)
    // Tiny pieces weigh many times their text; the sum is not flattened before the line ends.
    const pieces = this.#linePieces
    if (pieces.length === 1024) this.#linePieces = [pieces[0] + pieces.slice(1).join('')]
  }

  #endLine(text: string, start: number, end: number): void {
    if (this.#lineLength === 0) {
      if (end - start > this.#limits.maxLineLength) this.#exceed('maxLineLength', end - start)
      return this.#processLine(text, start, end)
    }
    this.#keepPiece(text.slice(start, end))
    const line = this.#linePieces.join('')
    this.#linePieces = []
    this.#lineLength = 0
    this.#processLine(line, 0, line.length)
  }

  #processLine(text: string, start: number, end: number): void {
    if (start === end) return this.#dispatch()
    const name = fieldName(text.charCodeAt(start))
    const value = fieldValue(text, start, end, name)
    if (value === undefined) return
    switch (name) {
      case 'data':
        this.#data = this.#data === undefined ? value : this.#data + '\n' + value
        if (this.#data.length > this.#limits.maxEventLength) this.#exceed('maxEventLength', this.#data.length)
        break
      case 'event':
        if (value.length > this.#limits.maxTypeLength) this.#exceed('maxTypeLength', value.length)
        this.#type = value
        break
      case 'id':
        // An id with NUL is ignored: the one before it stands.
        if (value.includes('\0')) return
        if (value.length > this.#limits.maxIdLength) this.#exceed('maxIdLength', value.length)
        this.#id = value
        break
      case 'retry':
        if (/^[0-9]+$/.test(value))
          this.#call(this.#options.onRetry, Math.min(Number(value), Number.MAX_SAFE_INTEGER))
        break
      default:
        this.#call(this.#options.onComment, value)
    }
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

  // Apart from the comparisons, which are 8 % slower inside a function.
  #exceed(name: keyof ParserLimits, length: number): never {
    throw limitExceeded(name, this.#limits[name], length)
  }

  #call<Value>(callback: ((value: Value) => void) | undefined, value: Value): void {
    try {
      callback?.(value)
    } catch (error) {
      this.#callbackErrors.push(error)
    }
  }
}
