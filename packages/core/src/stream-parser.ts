import { byteOrderMark, colon, letterD, letterE, letterI, letterR, lineFeed, space } from './characters.ts'
import { EventStreamError } from './event-stream-error.ts'
import type { EventStreamEvent } from './event-stream-event.ts'
import { resolveLimits } from './parser-limits.ts'
import type { ParserLimits, ResolvedParserLimits } from './parser-limits.ts'

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

/** Options of {@link StreamParser}. */
export interface StreamParserOptions extends ParserSettings {
  /** Receives each event, and whether its own block brought the id. */
  readonly onEvent: (event: EventStreamEvent, carriesId: boolean) => void
}

/** The field names, by their first letter. */
const fieldNames: Readonly<Record<number, string>> = {
  [letterD]: 'data',
  [letterE]: 'event',
  [letterI]: 'id',
  [letterR]: 'retry',
}

/** A copy of a text that does not keep alive what it is a part of. */
function detached(text: string): string {
  return (' ' + text).slice(1)
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

/**
 * Parses one event stream, for a caller that knows its callbacks: they do not feed it, and one that throws ends the stream.
 * `createParser` bears any others.
 *
 * A class, since with variables of a closure instead it was 10 % slower.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export class StreamParser {
  /** The last event ID string. */
  lastEventId: string

  readonly #options: StreamParserOptions
  readonly #limits: ResolvedParserLimits
  #isStopped = false
  /** What the next text may begin with and does not mean: a byte order mark at the start, the LF of a CRLF. */
  #ignored: number | false = byteOrderMark

  /** The beginning of a line that no chunk has ended yet. */
  #linePieces: string[] = []
  #lineLength = 0

  /** The data buffer without its last LF; undefined before the first `data` field of a block. */
  #data: string | undefined
  /** Length of the text that the data buffer may keep alive. */
  #heldLength = 0
  #type = ''
  /** The `id` of the present block, not yet committed; undefined where it has none. */
  #id: string | undefined

  /** @throws {RangeError} If a limit is below 1. */
  constructor(options: StreamParserOptions) {
    this.#options = options
    this.#limits = resolveLimits(options.limits)
    this.lastEventId = options.lastEventId ?? ''
  }

  /** Drops what has not been called back for yet, also from inside a callback. */
  stop(): void {
    this.#isStopped = true
    this.#data = undefined
  }

  /**
   * Parses decoded text and calls back for all it completes. Each character is looked at a fixed number of times, however
   * the chunks fall.
   *
   * @throws {EventStreamError} `limit-exceeded` if a limit is passed. The stream is of no use any more then.
   * @throws What a callback throws. The rest of the text is lost then.
   */
  parse(text: string): void {
    if (text === '') return
    let start = text.charCodeAt(0) === this.#ignored ? 1 : 0
    // The line of a CR is over at once. A line feed behind it belongs to it.
    this.#ignored = text.endsWith('\r') && lineFeed
    const past = text.length + 1
    // Behind the next LF and the next CR.
    let lf = 0
    let cr = 0
    for (;;) {
      if (lf <= start) lf = text.indexOf('\n', start) + 1 || past
      if (cr <= start) cr = text.indexOf('\r', start) + 1 || past
      const next = Math.min(lf, cr)
      if (next === past) break
      this.#endLine(text, start, next - 1)
      if (this.#isStopped) return
      start = next === cr && text.charCodeAt(next) === lineFeed ? next + 1 : next
    }
    if (start < text.length) this.#keepPiece(text.slice(start))
    // An unfinished event is copied each time its chunks outgrow it by 64 Ki: its lines would keep all of them alive.
    if (this.#data !== undefined && (this.#heldLength += text.length) > this.#data.length + 65_536) {
      this.#heldLength = 0
      this.#data = detached(this.#data)
    }
  }

  /** Keeps the beginning of a line, to be joined once, at its end: joining at every chunk would be quadratic. */
  #keepPiece(piece: string): void {
    this.#lineLength += piece.length
    this.#check('maxLineLength', this.#lineLength)
    this.#linePieces.push(piece)
    // Tiny pieces weigh many times their text; the sum is not flattened before the line ends.
    const pieces = this.#linePieces
    if (pieces.length === 1024) this.#linePieces = [pieces[0] + pieces.slice(1).join('')]
  }

  #endLine(text: string, start: number, end: number): void {
    if (this.#lineLength === 0) {
      // Compared here as well, since each call costs a hot path 8 %.
      if (end - start > this.#limits.maxLineLength) this.#check('maxLineLength', end - start)
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
    // Comments have the empty name.
    const name = fieldNames[text.charCodeAt(start)] ?? ''
    const value = fieldValue(text, start, end, name)
    if (value === undefined) return
    switch (name) {
      case 'data':
        this.#data = this.#data === undefined ? value : this.#data + '\n' + value
        if (this.#data.length > this.#limits.maxEventLength) this.#check('maxEventLength', this.#data.length)
        break
      case 'event':
        this.#check('maxTypeLength', value.length)
        this.#type = value
        break
      case 'id':
        // An id with NUL is ignored: the one before it stands.
        if (value.includes('\0')) return
        this.#check('maxIdLength', value.length)
        this.#id = value
        break
      case 'retry':
        if (/^\d+$/.test(value)) this.#options.onRetry?.(Math.min(Number(value), 2 ** 53 - 1))
        break
      default:
        this.#options.onComment?.(value)
    }
  }

  #dispatch(): void {
    // Every blank line commits the id, and nothing but another id takes its place: later events without one keep it.
    const id = this.#id
    if (id !== undefined) {
      // A copy: it is kept, and as a part of a chunk's text it would keep all of that alive.
      this.lastEventId = detached(id)
      this.#id = undefined
      this.#options.onId?.(this.lastEventId)
    }
    const data = this.#data
    const type = this.#type
    this.#data = undefined
    this.#type = ''
    // The standard tests the buffer before it takes the last LF off: one empty `data` field is an event.
    if (data === undefined) return
    this.#options.onEvent({ type: type || 'message', data, lastEventId: this.lastEventId }, id !== undefined)
  }

  #check(name: keyof ParserLimits, length: number): void {
    const limit = this.#limits[name]
    if (length > limit)
      throw new EventStreamError('limit-exceeded', `${name} is ${limit}, received ${length}`)
  }
}
