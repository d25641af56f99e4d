import { EventStreamError, isEventStream } from '@millrace/core'
import { settledBy } from './transition.ts'
import type { AttemptEnd } from './transition.ts'

/** Statuses that pass: Request Timeout, Too Early, Too Many Requests, and whatever ails a server. */
const TRANSIENT = /^(408|425|429|5..)$/

/**
 * Tells why a response does not open a stream: status 200 and `text/event-stream` do.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model
 */
export function refusalOf({ status, headers }: Response): EventStreamError | undefined {
  const contentType = headers.get('content-type')
  const isOk = status === 200
  if (isOk && isEventStream(contentType)) return undefined
  return new EventStreamError(
    isOk ? 'bad-content-type' : 'bad-status',
    `no event stream: ${status} ${contentType}`,
    { status },
  )
}

/** Tells how an attempt ends whose response did not open a stream. */
export function endOfRefused({ status, headers }: Response, error?: EventStreamError): AttemptEnd {
  if (status === 204) return settledBy()
  if (!TRANSIENT.test(`${status}`)) return settledBy(error)
  const value = headers.get('retry-after') ?? ''
  // Seconds, or a date.
  const reconnectionTimeMs = Number(value) * 1000 || Date.parse(value) - Date.now()
  // Neither what is no time nor what is over makes the wait shorter than the server's own.
  return { status: 'waiting', error, ...(reconnectionTimeMs > 0 && { reconnectionTimeMs }) }
}
