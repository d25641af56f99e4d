import type { CURSOR_PARAMETER } from '@millrace/core/protocol'
import type { AttemptContext, ConnectOptions, PerAttempt } from './connect-options.ts'
import { MAX_SENT_ID_BYTES } from './policy.ts'

/**
 * Sends the request of one attempt.
 *
 * @throws What the functions among the options throw, and `fetch`.
 */
export async function sendRequest(options: ConnectOptions, context: AttemptContext): Promise<Response> {
  const { idempotencyKey } = options
  const { lastEventId, signal } = context
  // A function is never a value here, which the compiler cannot know of a type parameter.
  const ask = <Value>(value: PerAttempt<Value>): Value | PromiseLike<Value> =>
    typeof value === 'function'
      ? (value as (context: AttemptContext) => Value | PromiseLike<Value>)(context)
      : value
  let url = `${await ask(options.url)}`
  const headers = new Headers(await ask(options.headers))
  const body = await ask(options.body)
  headers.set('accept', 'text/event-stream')
  if (idempotencyKey) headers.set('idempotency-key', idempotencyKey)
  // [spec 9.2.3] It is sent encoded as UTF-8; header values take one character for each byte.
  const bytes = new TextEncoder().encode(lastEventId)
  if (lastEventId && bytes.length <= MAX_SENT_ID_BYTES) {
    if (options.resumeBy === 'query') {
      // In front, since servers take the first of several parameters of a name.
      const parameter = new URLSearchParams({ lastEventId } satisfies Parameter)
      url = url.replace(/\?|(?=#)|$/, `?${parameter}&`)
      // An id with control bytes but the tab is dropped: `fetch` would refuse it at every attempt.
    } else if (bytes.every((byte) => byte === 9 || (byte > 31 && byte !== 127))) {
      headers.set('last-event-id', String.fromCharCode(...bytes))
    }
  }
  signal.throwIfAborted()
  // The other options are those of `fetch`, or of no interest to it.
  return (options.fetch ?? fetch)(url, {
    ...options,
    headers,
    body,
    cache: 'no-store',
    signal,
  } as RequestInit)
}

type Parameter = Record<typeof CURSOR_PARAMETER, string>
