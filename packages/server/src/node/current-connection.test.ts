import { once } from 'node:events'
import { Agent, type RequestListener, type ServerResponse, createServer, get } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { currentConnection, followConnections } from './current-connection.ts'

const closers: Array<() => unknown> = []
afterEach(() => {
  for (const close of closers.splice(0).toReversed()) close()
})

followConnections()

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** Waits for a while that differs from request to request, in the ways in which handlers wait. */
async function wander(n: number): Promise<void> {
  await Promise.resolve()
  if (n % 2 === 0) await turn()
  if (n % 3 === 0) await delay(n % 7)
  if (n % 5 === 0) await new Promise<void>((resolve) => process.nextTick(resolve))
}

function begin(response: ServerResponse, contentType = 'text/event-stream; charset=utf-8'): void {
  response.setHeader('content-type', contentType).write('begun')
}

describe('the current connection', () => {
  test('is that of the very request, among many on connections that are used again', async () => {
    const port = await serve(async (request, response) => {
      const n = Number(request.url?.slice(1))
      await wander(n)
      const connection = currentConnection()
      begin(response)
      await wander(n + 1)
      if (n % 4 === 0) return connection?.breakOff()
      await once(response.end(), 'close')
      await wander(n + 2)
      // It carries another request by now, perhaps.
      connection?.breakOff()
    })
    const agent = new Agent({ keepAlive: true, maxSockets: 16 })
    closers.push(() => agent.destroy())
    const ask = (n: number): Promise<string> =>
      new Promise((resolve) => {
        get({ port, host: '127.0.0.1', agent, path: `/${n}` }, (response) => {
          response.on('close', () => resolve(response.complete ? 'whole' : 'broken off'))
          response.on('error', () => undefined).resume()
        }).on('error', () => resolve('broken off'))
      })
    const numbers = Array.from({ length: 600 }, (_, index) => index)
    const outcomes = await Promise.all(numbers.map(ask))
    expect(outcomes).toEqual(numbers.map((n) => (n % 4 === 0 ? 'broken off' : 'whole')))
  })

  test('is that of the very request, among those that one client sends without waiting', async () => {
    const closed: number[] = []
    const port = await serve(async (request, response) => {
      const n = Number(request.url?.slice(1))
      await wander(n)
      const connection = currentConnection()
      response.once('close', () => closed.push(n))
      begin(response)
      if (n < 20) response.end()
      await vi.waitFor(() => expect(closed.length).toBeGreaterThanOrEqual(20), 5000)
      // All but the last are over, and the socket is the last one's.
      if (n < 20) connection?.breakOff()
    })
    const socket = connect(port, '127.0.0.1')
    closers.push(() => socket.destroy())
    let text = ''
    socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk))
    const numbers = Array.from({ length: 21 }, (_, index) => index)
    socket.write(numbers.map((n) => `GET /${n} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join(''))
    await vi.waitFor(() => expect(text.match(/begun/g)?.length).toBe(21))
    await vi.waitFor(() => expect(closed.length).toBe(20))
    await delay(50)
    expect(socket.destroyed).toBe(false)
    expect(closed.toSorted((a, b) => a - b)).toEqual(numbers.slice(0, 20))
  })

  test.each([
    ['two ask for it', 'text/event-stream', 2],
    ['the response is no event stream', 'text/html', 1],
  ])('is left alone where %s', async (_, contentType, claims) => {
    const port = await serve((request, response) => {
      const connections = Array.from({ length: claims }, () => currentConnection())
      begin(response, contentType)
      for (const connection of connections) connection?.breakOff()
      response.end()
    })
    expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('begun')
  })

  test('is none outside of a request', () => {
    expect(currentConnection()).toBe(undefined)
  })
})
