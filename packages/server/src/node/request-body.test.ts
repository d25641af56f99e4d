import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, type Socket, connect } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type FetchHandler, toNodeHandler } from './to-node-handler.ts'

const BODY = 'x'.repeat(1024 * 1024)

/** A connection to a server of its own, and what the server said on it. */
async function connectTo(handler: FetchHandler): Promise<{ socket: Socket; said: () => string }> {
  const server = createServer(toNodeHandler(handler)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  onTestFinished(async () => {
    socket.destroy()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { socket, said: () => text }
}

function head(path: string, bytes: number): string {
  return `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${bytes}\r\n\r\n`
}

test.each<[string, (request: Request) => unknown]>([
  ['nobody reads', () => undefined],
  ['is not wanted', ({ body }) => body?.cancel()],
  [
    'is not wanted any more',
    async ({ body }) => {
      const reader = body?.getReader()
      await reader?.read()
      await reader?.cancel()
    },
  ],
  ['is read', (request) => request.text()],
])('a body that %s leaves its connection to the next request', async (_, use) => {
  const { socket, said } = await connectTo(async (request) => {
    await use(request)
    return new Response(new URL(request.url).pathname, { status: 413 })
  })
  socket.write(head('/first', BODY.length) + BODY + head('/second', 0))
  await vi.waitFor(() => expect(said()).toMatch(/ 413 .*\/first.* 413 .*\/second/s))
})

test.each([
  ['begun', true],
  ['yet to be begun', false],
])('a body that breaks off is an error for a reader that has %s', async (_, isBegun) => {
  const read = vi.fn<(outcome: unknown) => void>()
  const asked = vi.fn<() => void>()
  const { socket } = await connectTo(async (request) => {
    const text = isBegun ? request.text() : once(request.signal, 'abort').then(() => request.text())
    asked()
    await text.then(read, read)
    return new Response()
  })
  socket.write(`${head('/', BODY.length)}a part`)
  await vi.waitFor(() => expect(asked).toHaveBeenCalled())
  socket.resetAndDestroy()
  await vi.waitFor(() => expect(read).toHaveBeenCalledWith(expect.any(Error)))
})
