import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createHub, ticks } from '../../test/create-hub.ts'
import { toResponse } from '../response/to-response.ts'
import { toNodeHandler } from './to-node-handler.ts'

test('a drained stream leaves no connection behind that its server would wait for, whichever hub it is of', async () => {
  const hub = createHub()
  const server = createServer(
    { keepAliveTimeout: 60_000 },
    toNodeHandler((request) => toResponse(request, ticks, { hub })),
  ).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  onTestFinished(() => {
    socket.destroy()
    server.closeAllConnections()
  })
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await vi.waitFor(() => expect(text).toContain('millrace.live'))
  const closed = Promise.all([once(socket, 'close'), new Promise((resolve) => server.close(resolve))])
  await hub.drain({ windowMs: 10 })
  await closed
  // All of it, to the last chunk.
  expect(text).toMatch(/retry: 250\n\n\r\n0\r\n\r\n$/)
})
