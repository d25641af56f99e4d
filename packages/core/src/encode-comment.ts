import { prefixLines, wellFormed } from './field-text.ts'

/**
 * Encodes a comment as a block of its own. Each line of the text, however it ends, becomes one comment line; clients ignore
 * them all.
 *
 * @returns The comment lines and a blank line.
 * @throws {TypeError} If `text` is not a string, or has an unpaired surrogate.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export function encodeComment(text: string): string {
  return `${prefixLines(': ', wellFormed('text', text))}\n\n`
}
