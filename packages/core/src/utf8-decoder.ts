const options = { ignoreBOM: true } as const
const wholeCharacters: TextDecoder = /* @__PURE__ */ new TextDecoder('utf-8', options)
const byteOrderMark = 0xfeff

/**
 * Decodes one event stream as UTF-8, for any chunking, and strips the one byte order mark it may begin with.
 *
 * It is the only place that knows of the byte order mark: `TextDecoder` strips a second one on some platforms when a
 * chunk ends inside the first, so it is told to leave them all alone.
 *
 * @see https://encoding.spec.whatwg.org/#utf-8-decode
 */
export class Utf8Decoder {
  #isAtStart = true
  /** Whether the last chunk may have ended inside a character; its first bytes are then with the decoder below. */
  #isCut = false
  // Most streams never need it: an event seldom ends inside a character, nor does a chunk of whole events.
  #cutCharacters: TextDecoder | undefined

  /**
   * Decodes the next chunk.
   *
   * @param chunk - Bytes, or text that somebody else has decoded. A character that the bytes before a text left
   *   unfinished becomes U+FFFD.
   * @returns The text up to the last character that is complete; often empty for very small chunks.
   */
  decode(chunk: Uint8Array | string): string {
    const text = typeof chunk === 'string' ? this.#finishCharacter() + chunk : this.#decodeBytes(chunk)
    if (!this.#isAtStart || text === '') return text
    this.#isAtStart = false
    return text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text
  }

  #decodeBytes(bytes: Uint8Array): string {
    if (bytes.length === 0) return ''
    const wasCut = this.#isCut
    this.#isCut = endsInsideCharacter(bytes)
    // Decoding in one go is up to four times as fast as with `stream: true`, on the platforms where they differ.
    if (!wasCut && !this.#isCut) return wholeCharacters.decode(bytes)
    this.#cutCharacters ??= new TextDecoder('utf-8', options)
    return this.#cutCharacters.decode(bytes, { stream: true })
  }

  #finishCharacter(): string {
    if (!this.#isCut) return ''
    this.#isCut = false
    return this.#cutCharacters?.decode() ?? ''
  }
}

/** Tells whether a character may go on after the last byte. Malformed input may say yes for nothing, which is harmless. */
function endsInsideCharacter(bytes: Uint8Array): boolean {
  for (let back = 1; back < 4; back++) {
    const byte = bytes[bytes.length - back]
    // Nothing but continuation bytes: what they continue was in an earlier chunk.
    if (byte === undefined) return true
    if (byte < 0x80) return false
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2)
  }
  return false
}
