import { CURSOR_PARAMETER } from '@millrace/core/protocol'
import { baseUrl } from './base-url.ts'
import type { AttemptContext, ConnectOptions, PerAttempt } from './connect-options.ts'

/**
 * Sends the request of one attempt.
 *
 * @throws What the functions among the options throw, and `fetch`.
 */
export async function sendRequest(options: ConnectOptions, context: AttemptContext): Promise<Response> {
  const { method = 'GET', credentials = 'same-origin', idempotencyKey, fetch = globalThis.fetch } = options
  const { lastEventId, signal } = context
  let url = String(await ask(options.url, context))
  const headers = new Headers(await ask(options.headers, context))
  const body = (await ask(options.body, context)) ?? null
  if (!headers.has('accept')) headers.set('accept', 'text/event-stream')
  if (idempotencyKey) headers.set('idempotency-key', idempotencyKey)
  if (lastEventId && options.resumeBy === 'query') {
    const target = new URL(url, baseUrl())
    target.searchParams.set(CURSOR_PARAMETER, lastEventId)
    url = target.href
    // An id with control bytes is dropped: `fetch` would refuse it at every attempt.
  } else if (lastEventId && !/[^\t -~\x80-\uffff]/.test(lastEventId)) {
    headers.set('last-event-id', toHeaderValue(lastEventId))
  }
  signal.throwIfAborted()
  return fetch(url, { method, headers, body, cache: 'no-store', signal, credentials })
}

function ask<Value>(value: PerAttempt<Value>, context: AttemptContext): Value | PromiseLike<Value> {
  // A function is never a value here, which the compiler cannot know of a type parameter.
  return typeof value === 'function'
    ? (value as (context: AttemptContext) => Value | PromiseLike<Value>)(context)
    : value
}

/** [spec 9.2.3] The last event ID string is sent encoded as UTF-8; header values take one character for each byte. */
function toHeaderValue(lastEventId: string): string {
  return String.fromCharCode(...new TextEncoder().encode(lastEventId))
}
