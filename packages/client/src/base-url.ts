/** What `fetch` resolves relative URLs against: the document's base, a worker's location, and nothing in Node. */
export function baseUrl(): string | undefined {
  return globalThis.document?.baseURI ?? globalThis.location?.href
}
