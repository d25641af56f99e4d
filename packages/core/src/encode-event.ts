import { prefixLines, wellFormed } from './field-text.ts'

/** The fields of one block, by their names on the wire. */
export interface EventFields {
  /** The event type. Left out, the event arrives as `message`. */
  readonly event?: string | undefined
  /** The data, of any length and with any line ends; they arrive as LF. Left out, the block dispatches nothing. */
  readonly data?: string | undefined
  /** The last event ID from here on: at most 128 visible ASCII characters, spaces and tabs. `''` resets it. */
  readonly id?: string | undefined
  /** The reconnection time in milliseconds, from here on: a non-negative safe integer. */
  readonly retry?: number | undefined
}

/** Options of {@link encodeEvent} and {@link encodeEventBytes}. */
export interface EncodeEventOptions {
  /**
   * Which ids may pass: by default `'header-safe'` ones, which every client can send back as `Last-Event-ID`. `'any'`
   * admits all that the wire can carry: no CR, LF, NUL or unpaired surrogate.
   */
  readonly ids?: 'header-safe' | 'any' | undefined
}

/**
 * Encodes one block of an event stream. Parsed, it is exactly one event, equal to what went in, but for the line ends of
 * its data. A block of `id` or `retry` alone dispatches nothing and still takes effect.
 *
 * It repairs nothing: what cannot arrive as it is throws.
 *
 * @returns The block, its blank line included.
 * @throws {TypeError} If `event`, `data` or `id` is not a string, or has an unpaired surrogate (UTF-8 has none); if `event` or
 *   `id` has CR, LF or NUL; if `event` is empty (that is `message`: leave it out); if there is an `event` without `data`, or no
 *   field at all.
 * @throws {RangeError} If `id` is longer than 128 characters or has others than visible ASCII, space and tab; if `retry` is not
 *   a non-negative safe integer.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export function encodeEvent(fields: EventFields, options: EncodeEventOptions = {}): string {
  const { event, data, id, retry } = fields
  if (data === undefined && (event !== undefined || (id === undefined && retry === undefined))) {
    throw new TypeError('data is missing, and only id and retry can do without')
  }
  let block = ''
  if (event !== undefined) {
    if (event === '') throw new TypeError("event must not be '', which stands for no event field at all")
    block += `event: ${oneLine('event', event)}\n`
  }
  // What is safe in a header is one line and well-formed: one check instead of three.
  if (id !== undefined) {
    if (typeof id !== 'string' || !isHeaderSafe(id)) {
      oneLine('id', id)
      if (options.ids !== 'any') {
        throw new RangeError(
          `id must be at most 128 characters of ASCII without blanks at its ends, received ${JSON.stringify(id)}`,
        )
      }
    }
    block += `id: ${id}\n`
  }
  if (retry !== undefined) {
    if (!Number.isSafeInteger(retry) || retry < 0) {
      throw new RangeError(`retry must be a non-negative safe integer, received ${String(retry)}`)
    }
    block += `retry: ${retry}\n`
  }
  if (data !== undefined) block += `${prefixLines('data: ', wellFormed('data', data))}\n`
  return `${block}\n`
}

/**
 * Encodes one block of an event stream as UTF-8. See {@link encodeEvent}, also for what it throws.
 *
 * @returns Bytes with a buffer of their own.
 */
export function encodeEventBytes(
  fields: EventFields,
  options: EncodeEventOptions = {},
): Uint8Array<ArrayBuffer> {
  const block = encodeEvent(fields, options)
  // No character takes more than three bytes per code unit.
  if (block.length > slab.length / 3) return encoder.encode(block)
  // Into memory that is there, and copied out of it: half the time of letting the encoder find memory for a small block.
  return slab.slice(0, encoder.encodeInto(block, slab).written)
}

const encoder = /* @__PURE__ */ new TextEncoder()
const slab = /* @__PURE__ */ new Uint8Array(16_384)

/** Tells whether an id passes through a header as it is: ASCII, where blanks at either end do not survive. */
function isHeaderSafe(id: string): boolean {
  return /^(?:[!-~](?:[\t -~]{0,126}[!-~])?)?$/.test(id)
}

function oneLine(name: string, value: string): string {
  if (/[\r\n\0]/.test(wellFormed(name, value))) {
    throw new TypeError(`${name} must not have CR, LF or NUL, received ${JSON.stringify(value)}`)
  }
  return value
}
