/// <reference lib="es2024.string" />

/**
 * Checks that a text can be encoded as UTF-8.
 *
 * @returns The text.
 * @throws {TypeError} If it is not a string, or has an unpaired surrogate, which would arrive as U+FFFD.
 */
export function wellFormed(name: string, text: string): string {
  if (typeof text !== 'string') throw new TypeError(`${name} must be a string, received ${typeof text}`)
  if (!text.isWellFormed()) throw new TypeError(`${name} must be well-formed, received an unpaired surrogate`)
  return text
}

/**
 * Puts a prefix before each line of a text, whether CRLF, LF or CR ends it.
 *
 * @returns The lines, parted by LF, without one at the end.
 */
export function prefixLines(prefix: string, text: string): string {
  // Most data is one line, JSON always: looking for two characters is far cheaper than a replacement.
  if (!text.includes('\n') && !text.includes('\r')) return prefix + text
  return prefix + text.replace(/\r\n|\r|\n/g, `\n${prefix}`)
}
