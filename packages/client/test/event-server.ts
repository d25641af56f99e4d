import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** One request that a test's server received, and what the server may do about it. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** The request's body. */
  readonly body: string
  /** Opens an event stream. */
  readonly open: (headers?: Record<string, string>) => void
  /** Resolves when the connection is over, for whichever reason. */
  readonly closed: Promise<void>
}

/** A real server on loopback, for one test. */
export interface EventServer {
  readonly url: string
  /** Every request so far, in order. */
  readonly exchanges: readonly Exchange[]
  /** Resolves with the request of this number, from 1. */
  readonly exchange: (number: number) => Promise<Exchange>
  /** How many sockets are open. */
  readonly openSockets: () => number
}

/** What a server does with a request. */
export type Handler = (exchange: Exchange) => void | Promise<void>

/**
 * Starts a server that ends with the test. Each request goes to the handler of its number; the last handler has all others.
 */
export async function startEventServer(...handlers: readonly Handler[]): Promise<EventServer> {
  const { stop, ...server } = await openEventServer(...handlers)
  onTestFinished(stop)
  return server
}

/** Starts a server that whoever starts it stops. */
export async function openEventServer(
  ...handlers: readonly Handler[]
): Promise<EventServer & { readonly stop: () => Promise<void> }> {
  const exchanges: Exchange[] = []
  const waiters: (() => void)[] = []
  const sockets = new Set<Socket>()

  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const closed = new Promise<void>((resolve) => response.on('close', resolve))
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const exchange: Exchange = {
      request,
      response,
      body,
      closed,
      open: (headers = {}) => {
        response.writeHead(200, { 'content-type': 'text/event-stream', ...headers }).flushHeaders()
      },
    }
    const handler = handlers[exchanges.length] ?? handlers.at(-1)
    exchanges.push(exchange)
    for (const wake of waiters.splice(0)) wake()
    await handler?.(exchange)
  }
  const server = createServer((request, response) => void listener(request, response))
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A server that listens on a port has an address with one.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/events`,
    exchanges,
    async exchange(number) {
      for (;;) {
        const found = exchanges[number - 1]
        if (found) return found
        await new Promise<void>((resolve) => waiters.push(resolve))
      }
    },
    openSockets: () => sockets.size,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
