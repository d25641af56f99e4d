import { EventStreamError, isEventStream } from '@millrace/core'
import type { AttemptEnd } from './transition.ts'

/** Statuses that pass: Request Timeout, Too Early, Too Many Requests, and whatever ails a server. */
const TRANSIENT = /^(408|425|429|5..)$/

/**
 * Tells whether a response opens the stream: status 200 and `text/event-stream` do.
 *
 * @param nowMs - The present, in milliseconds since the epoch.
 * @returns How the attempt ends, or `undefined` where the stream opens.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model
 */
export function checkResponse({ status, headers }: Response, nowMs: number): AttemptEnd | undefined {
  if (status === 204) return { type: 'done' }
  if (status === 200) {
    const contentType = headers.get('content-type')
    if (isEventStream(contentType)) return undefined
    const message = `expected text/event-stream, received ${contentType}`
    return { type: 'fail', error: new EventStreamError('bad-content-type', message) }
  }
  const error = new EventStreamError('bad-status', `expected status 200, received ${status}`, { status })
  return TRANSIENT.test(`${status}`)
    ? { type: 'drop', error, retryAfterMs: retryAfter(headers, nowMs) }
    : { type: 'fail', error }
}

/** Reads `Retry-After`, seconds or a date, as milliseconds. @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
function retryAfter(headers: Headers, nowMs: number): number | undefined {
  const value = headers.get('retry-after') ?? ''
  const delayMs = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs
  return Number.isNaN(delayMs) ? undefined : delayMs
}
