import { once } from 'node:events'
import { type IncomingMessage, createServer, get } from 'node:http'
import {
  type ClientHttp2Session,
  connect as connectHttp2,
  createServer as createHttp2Server,
} from 'node:http2'
import { type AddressInfo, type Socket, connect } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createHub, ticks } from '../../test/create-hub.ts'
import type { Hub } from '../hub/hub.ts'
import { eventStream } from '../response/event-stream.ts'
import { toResponse } from '../response/to-response.ts'
import type { EndCause } from '../session/session.ts'
import { type FetchHandler, toNodeHandler } from './to-node-handler.ts'

const TEXT = 'x'.repeat(200_000)

const closers: Array<() => unknown> = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

interface Served {
  readonly hub: Hub
  readonly causes: readonly EndCause[]
  readonly port: number
  /** Closes the server, and waits until it has no connection any more. */
  readonly close: () => Promise<unknown>
}

async function serve(
  handler: (hub: Hub) => FetchHandler,
  { writeTimeoutMs, create = createServer }: { writeTimeoutMs: number; create?: typeof createServer },
): Promise<Served> {
  const causes: EndCause[] = []
  const hub = createHub({ writeTimeoutMs, observer: { onStreamEnd: ({ cause }) => causes.push(cause) } })
  const server = create(toNodeHandler(handler(hub))).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = (): Promise<unknown> => new Promise((resolve) => server.close(resolve))
  return { hub, causes, port: (server.address() as AddressInfo).port, close }
}

const flood = (hub: Hub): FetchHandler => {
  const answer = eventStream(
    async function* () {
      for (;;) yield { data: TEXT }
    },
    // A pulled source has nothing wait but its heartbeats.
    { hub, heartbeatMs: 100 },
  )
  return (request) => answer(request, undefined)
}
const channel =
  (hub: Hub): FetchHandler =>
  (request) =>
    toResponse(request, ticks, { hub, authorize: () => ({ tags: ['all'] }) })
/** What a middleware does that looks at every body: the session behind it is not seen any more. */
const rewrapped =
  (handler: (hub: Hub) => FetchHandler) =>
  (hub: Hub): FetchHandler =>
  async (request) => {
    const response = await handler(hub)(request)
    return new Response(response.body?.pipeThrough(new TransformStream()) ?? null, response)
  }

/** A client that asks, reads the head, and nothing behind it. */
async function sleeper(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  closers.push(() => socket.destroy())
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n')
  await once(socket, 'data')
  socket.pause()
  return socket
}

/** Publishes at the pace at which sockets are written to, until a client's buffers and its queue are full. */
async function publishUntilSlow({ hub, causes }: Served): Promise<void> {
  for (let n = 0; causes.length === 0; n++) {
    await hub.publish(ticks, { type: 'tick', data: { n, text: TEXT } as never })
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  expect(causes).toEqual(['slow'])
}

/** How a connection ends for a client that wakes: reset, or read to its end. */
async function wake(socket: Socket): Promise<string> {
  const ended = new Promise<string>((resolve) => {
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
    socket.once('end', () => resolve('end'))
  })
  socket.resume()
  return ended
}

describe.each([
  ['', (handler: (hub: Hub) => FetchHandler) => handler],
  [' of a body that a middleware wrapped', rewrapped],
] as const)('a reader%s that takes nothing', (_, wrap) => {
  test('is broken off at once when its stream ended as stalled', async () => {
    const { causes, port, close } = await serve(wrap(flood), { writeTimeoutMs: 500 })
    const socket = await sleeper(port)
    const closed = close()
    await vi.waitFor(() => expect(causes).toEqual(['stalled']), 10_000)
    await closed
    expect(await wake(socket)).toBe('ECONNRESET')
  })

  test('is broken off a write timeout after its stream ended as slow', async () => {
    const served = await serve(wrap(channel), { writeTimeoutMs: 2000 })
    const socket = await sleeper(served.port)
    // Asked before the end: a server spares connections that are in use.
    const closed = served.close()
    await publishUntilSlow(served)
    const endedMs = performance.now()
    await closed
    expect(performance.now() - endedMs).toBeGreaterThan(1900)
    expect(await wake(socket)).toBe('ECONNRESET')
  })
})

test('a reader that takes its time over what it was sent gets the end of it', async () => {
  const served = await serve(channel, { writeTimeoutMs: 1000 })
  const response = await new Promise<IncomingMessage>((resolve) =>
    get({ port: served.port, host: '127.0.0.1' }, resolve),
  )
  response.pause()
  await publishUntilSlow(served)
  const sinceMs = performance.now()
  let bytes = 0
  // Two megabytes a second: what waits takes longer than the write timeout.
  for await (const chunk of response) {
    bytes += (chunk as Buffer).length
    const aheadMs = bytes / 2000 - (performance.now() - sinceMs)
    if (aheadMs > 0) await new Promise((resolve) => setTimeout(resolve, aheadMs))
  }
  expect(response.complete).toBe(true)
  expect(performance.now() - sinceMs).toBeGreaterThan(1000)
})

test('a connection goes on after a stream that ended in good order', async () => {
  const { hub, port } = await serve(channel, { writeTimeoutMs: 50 })
  const socket = connect(port, '127.0.0.1')
  closers.push(() => socket.destroy())
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const ask = (): void => void socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  ask()
  await vi.waitFor(() => expect(text).toContain('millrace.live'))
  await hub.revoke({ tag: 'all' })
  await vi.waitFor(() => expect(text).toMatch(/\r\n0\r\n\r\n$/))
  // Longer than the write timeout, in which the connection is idle.
  await new Promise((resolve) => setTimeout(resolve, 150))
  text = ''
  ask()
  await vi.waitFor(() => expect(text).toMatch(/^HTTP\/1\.1 200 /))
})

describe('over HTTP/2', () => {
  const create = createHttp2Server as unknown as typeof createServer

  function connected(port: number): { client: ClientHttp2Session; socket: Socket } {
    const socket = connect(port, '127.0.0.1')
    const client = connectHttp2(`http://127.0.0.1:${port}`, { createConnection: () => socket })
    closers.push(() => client.destroy())
    return { client: client.on('error', () => undefined), socket }
  }

  test('a stream that nobody reads is broken off, and the others of its connection go on', async () => {
    const { hub, causes, port } = await serve(
      (hub) => (request) => (request.url.endsWith('/flood') ? flood(hub)(request) : channel(hub)(request)),
      { writeTimeoutMs: 500, create },
    )
    const { client } = connected(port)
    const unread = client.request({ ':path': '/flood' })
    const other = client.request({ ':path': '/ticks' })
    let text = ''
    other.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    unread.on('error', () => undefined)
    await once(unread, 'close')
    expect(causes).toEqual(['stalled'])
    await hub.publish(ticks, { type: 'tick', data: { n: 7 } })
    await vi.waitFor(() => expect(text).toContain('{"n":7}'))
  })

  test('a connection whose client sleeps is broken off with all its streams', async () => {
    const { causes, port, close } = await serve(flood, { writeTimeoutMs: 500, create })
    const { client, socket } = connected(port)
    await once(client, 'connect')
    // Past this window it is the socket that is full, and not the stream.
    client.setLocalWindowSize(2 ** 30)
    client.settings({ initialWindowSize: 2 ** 30 })
    const stream = client.request({ ':path': '/' }).on('error', () => undefined)
    await once(stream, 'response')
    const handle = (socket as unknown as { _handle: { readStop(): void } })._handle
    handle.readStop()
    await vi.waitFor(() => expect(causes).toEqual(['stalled']), 10_000)
    await close()
  })
})
