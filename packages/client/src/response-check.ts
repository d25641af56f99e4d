import { EventStreamError, isEventStream } from '@millrace/core'
import { settledBy } from './transition.ts'
import type { AttemptEnd } from './transition.ts'

/** Statuses that pass: Request Timeout, Too Early, Too Many Requests, and whatever ails a server. */
const TRANSIENT = /^(408|425|429|5..)$/

/**
 * Tells whether a response opens the stream: status 200 and `text/event-stream` do.
 *
 * @returns How the attempt ends, or `undefined` where the stream opens.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model
 */
export function checkResponse({ status, headers }: Response): AttemptEnd | undefined {
  const contentType = headers.get('content-type')
  if (status === 200 && isEventStream(contentType)) return undefined
  if (status === 204) return settledBy()
  const error =
    status === 200
      ? new EventStreamError('bad-content-type', `expected text/event-stream, received ${contentType}`)
      : new EventStreamError('bad-status', `expected status 200, received ${status}`, { status })
  if (!TRANSIENT.test(`${status}`)) return settledBy(error)
  return { status: 'waiting', error, retryAfterMs: retryAfter(headers) }
}

/** Reads `Retry-After`, seconds or a date, as milliseconds. @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
function retryAfter(headers: Headers): number | undefined {
  const value = headers.get('retry-after') ?? ''
  const delayMs = Number(value) * 1000 || Date.parse(value) - Date.now()
  // Neither what is no time nor what is over makes the wait shorter than the server's own.
  return delayMs > 0 ? delayMs : undefined
}
