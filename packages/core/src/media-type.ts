/**
 * Tells whether a `Content-Type` is that of an event stream: case does not matter, and parameters are ignored.
 *
 * @param contentType - The header's value; `null`, as `Headers` gives it, where there is none.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model
 */
export function isEventStream(contentType: string | null): boolean {
  return /^\s*text\/event-stream\s*(;|$)/i.test(contentType ?? '')
}
