import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { rememberConnection } from '../session/client-connection.ts'
import { type Session, unreadSessionOf } from '../session/session.ts'
import { closeDrainedConnections } from './close-drained-connections.ts'
import { Departure } from './departure.ts'
import { requestBody } from './request-body.ts'
import { ResponseConnection } from './response-connection.ts'
import { SocketSink } from './socket-sink.ts'

/** A handler that speaks `Request` and `Response`. */
export type FetchHandler = (request: Request) => Response | Promise<Response>

/** A handler for `createServer` of `node:http`, `node:https` and `node:http2`. */
export type NodeHandler = (
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
) => void

// HTTP/2's compatibility classes have every method that is called here, with signatures that no union can be called by.
type Outgoing = ServerResponse

/**
 * Lets a fetch-style handler answer on Node's own servers, HTTP/1.1 and HTTP/2.
 *
 * The request's signal aborts when the client goes. Bodies are written at the client's pace. What the handler throws is
 * reported and answered with 500; the client is told nothing of it.
 *
 * @example
 * createServer(toNodeHandler((request) => toResponse(request, prices))).listen(3000)
 */
export function toNodeHandler(handler: FetchHandler): NodeHandler {
  closeDrainedConnections()
  return (incoming, response) => {
    const outgoing = response as Outgoing
    answer(handler, incoming, outgoing).catch((error: unknown) => {
      console.error('[millrace]', error)
      if (outgoing.headersSent) outgoing.destroy()
      else outgoing.writeHead(500).end()
    })
  }
}

async function answer(
  handler: FetchHandler,
  incoming: IncomingMessage | Http2ServerRequest,
  outgoing: Outgoing,
): Promise<void> {
  const abort = new AbortController()
  const departure = new Departure(abort)
  let session: Session | undefined
  // Not `once`, which keeps another 0.2 KB per response: it is called once in any case.
  outgoing.on('close', () => {
    departure.happen()
    session?.leave()
  })
  const request = toRequest(incoming, abort.signal)
  if (!request) return void outgoing.writeHead(400).end()
  departure.showOn(request, abort)
  rememberConnection(request, new ResponseConnection(outgoing))
  const response = await handler(request)
  if (departure.hasHappened) return response.body?.cancel()
  outgoing.writeHead(response.status, headersOf(response))
  const { body } = response
  if (!body) return void outgoing.end()
  session = unreadSessionOf(body)
  if (!session) return write(body, outgoing)
  outgoing.flushHeaders()
  session.connect(new SocketSink(outgoing, session))
}

/** The request as fetch has it; `undefined` where fetch has none: a target or host that is no URL, a forbidden method. */
function toRequest(incoming: IncomingMessage | Http2ServerRequest, signal: AbortSignal): Request | undefined {
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) {
    // HTTP/2 has its pseudo-headers among them.
    if (name.startsWith(':') || value === undefined) continue
    for (const each of Array.isArray(value) ? value : [value]) headers.append(name, each)
  }
  const url = urlOf(incoming, headers)
  const { method = 'GET' } = incoming
  // Fetch has no other methods, and forbids these.
  if (!url || ['CONNECT', 'TRACE', 'TRACK'].includes(method)) return undefined
  if (method === 'GET' || method === 'HEAD') return new Request(url, { method, headers, signal })
  // `duplex` is missing from the DOM's types.
  const init: RequestInit & { duplex: 'half' } = {
    method,
    headers,
    signal,
    body: requestBody(incoming),
    duplex: 'half',
  }
  return new Request(url, init)
}

/** A host is a name or an address and a port; anything else could pass itself off as a part of the path. */
const HOST = /^[A-Za-z0-9_.-]+(:[0-9]+)?$|^\[[0-9A-Fa-f:.]+\](:[0-9]+)?$/

function urlOf(incoming: IncomingMessage | Http2ServerRequest, headers: Headers): string | undefined {
  const { url: target = '/' } = incoming
  // A proxy asks in absolute form.
  if (/^https?:\/\//i.test(target)) return isRequestUrl(target) ? target : undefined
  const host = headers.get('host') ?? String(incoming.headers[':authority'] ?? 'localhost')
  if (!HOST.test(host) || !target.startsWith('/')) return undefined
  const isSecure = 'encrypted' in incoming.socket && incoming.socket.encrypted === true
  const url = `${isSecure ? 'https' : 'http'}://${host}${target}`
  return isRequestUrl(url) ? url : undefined
}

/** Fetch has no URL with a port that is none, and no request whose URL has a name and a password. */
function isRequestUrl(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { username, password } = new URL(url)
  return username === '' && password === ''
}

function headersOf(response: Response): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = Object.fromEntries(response.headers)
  const cookies = response.headers.getSetCookie()
  if (cookies.length > 0) headers['set-cookie'] = cookies
  return headers
}

async function write(body: ReadableStream<Uint8Array>, outgoing: Outgoing): Promise<void> {
  const reader = body.getReader()
  // Wakes the loop from a read or a full socket alike.
  const onClose = (): void => void reader.cancel().catch(() => undefined)
  outgoing.once('close', onClose)
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done || outgoing.destroyed) break
      if (!outgoing.write(value)) await drained(outgoing)
    }
  } finally {
    outgoing.off('close', onClose)
  }
  outgoing.end()
}

function drained(outgoing: Outgoing): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      outgoing.off('drain', settle)
      outgoing.off('close', settle)
      resolve()
    }
    outgoing.once('drain', settle)
    outgoing.once('close', settle)
  })
}
