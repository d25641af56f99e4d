/**
 * Reads a URL as the page or the worker does that it is meant for.
 *
 * @param url - Relative to the document or the worker; absolute where there is neither.
 * @returns The absolute URL.
 * @throws {DOMException} `SyntaxError` if it is not valid.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#dom-eventsource
 */
export function sourceUrl(url: string): string {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href
  try {
    return new URL(url, base).href
  } catch {
    throw new DOMException(`url must be a URL, received ${url}`, 'SyntaxError')
  }
}
