import { CURSOR_PARAMETER } from '@millrace/core/protocol'
import { retryFrame } from '../channel/protocol-frames.ts'

/**
 * The headers of every event stream. `no-transform` also keeps servers from compressing, which would hold events back; no
 * hop-by-hop header is among them, since HTTP/2 forbids those.
 */
export const EVENT_STREAM_HEADERS: Readonly<Record<string, string>> = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store, no-transform, private',
  'X-Accel-Buffering': 'no',
  'X-Content-Type-Options': 'nosniff',
}

/** For every answer that is no stream: some caches keep refusals, and one client's is not the next one's. */
export const NOT_STORED: Readonly<Record<string, string>> = { 'Cache-Control': 'no-store' }

/** The longest last event ID that is looked at; a longer one is as good as any other that is unknown. */
const MAX_LAST_EVENT_ID = 4096

/** The last event ID that a request carries: the header counts, then the query parameter; empty for none. */
export function lastEventIdOf(request: Request): string {
  const header = request.headers.get('last-event-id')
  // Fetch hands on bytes as Latin-1, and the standard sends UTF-8; only ASCII is ever a cursor, so both read alike.
  const id = header || (new URL(request.url).searchParams.get(CURSOR_PARAMETER) ?? '')
  return id.slice(0, MAX_LAST_EVENT_ID)
}

/** The shortest time that is asked for: a native `EventSource` keeps it for every later attempt, also at a server that is down. */
const MIN_RETRY_MS = 250

/** The answer to `HEAD`: the headers, and nothing behind them. */
export function headResponse(): Response {
  return new Response(null, { headers: EVENT_STREAM_HEADERS })
}

/** The answer to `OPTIONS`; without `allow` where nobody can say what that is. */
export function optionsResponse(allow: string | undefined): Response {
  return new Response(null, {
    status: 204,
    headers: allow === undefined ? NOT_STORED : { ...NOT_STORED, Allow: allow },
  })
}

/** The answer to a method that a route does not have. */
export function methodNotAllowedResponse(allow: string): Response {
  return new Response(null, { status: 405, headers: { ...NOT_STORED, Allow: allow } })
}

/**
 * Asks a client to return later, somewhere within `spreadMs`. Status 200, since a native `EventSource` gives up on any other;
 * 503 for requests that did not ask for an event stream, or are no GET: a native `EventSource` sends neither.
 */
export function returnLaterResponse(request: Request, spreadMs: number): Response {
  if (request.method !== 'GET' || !request.headers.get('accept')?.includes('text/event-stream')) {
    return new Response(null, {
      status: 503,
      headers: { ...NOT_STORED, 'Retry-After': retryAfter(spreadMs) },
    })
  }
  return new Response(retryFrame(spreadOver(spreadMs)) as Uint8Array<ArrayBuffer>, {
    headers: EVENT_STREAM_HEADERS,
  })
}

/** A time in the seconds that `Retry-After` counts, and never none. */
export function retryAfter(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1000)))
}

/** A random time within a window, in milliseconds, so that clients do not return all at once; and never at once, however short it is. */
export function spreadOver(windowMs: number): number {
  return Math.max(MIN_RETRY_MS, Math.round(Math.random() * windowMs))
}
