import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { seededWhole } from '../../../scripts/testing/seeded-random.ts'
import { startEventServer } from '../test/event-server.ts'
import type { Exchange, Handler } from '../test/event-server.ts'
import { connectEventStream } from './index.ts'
import type { ConnectOptions } from './index.ts'

const CUTS = 1000
const EVENTS = 4000

beforeEach(() => {
  // Waits of no time: what is tried here is what comes back, not when. The platform's own timers are others.
  const later = setTimeout
  vi.stubGlobal(
    'setTimeout',
    (call: (...values: unknown[]) => void, _delayMs: number, ...values: unknown[]) =>
      later(call, 0, ...values),
  )
})
afterEach(() => {
  vi.unstubAllGlobals()
})

/** Sends so many bytes of a body, and then cuts the socket. */
const cutAfter =
  (body: Uint8Array, length: number) =>
  ({ open, response }: Exchange): void => {
    open()
    response.write(body.subarray(0, length), () => response.socket?.destroy())
  }

const encoder = new TextEncoder()
const published = Array.from({ length: EVENTS }, (_, index) => `é中😀 ${index + 1}`)

describe('a server that cuts at a random byte, a thousand times', () => {
  test.each([
    { kind: 'a plain one', id: (seq: number) => String(seq), open: () => '', overlap: 0 },
    {
      kind: 'a Millrace one that also sends the last three events again',
      id: (seq: number) => `epoch.${seq}.t${seq}`,
      open: (id: string, isFresh: boolean) =>
        `event: millrace.open\ndata: {"resume":"${isFresh ? 'fresh' : 'resumed'}","delivery":"all","heartbeatMs":15000}\nid: ${id}\n\n`,
      overlap: 3,
    },
  ])(
    'costs no event, and brings none twice: $kind',
    async ({ id, open, overlap }) => {
      const random = seededWhole(7)
      let cuts = 0
      const server = await startEventServer((exchange) => {
        const cursor = exchange.request.headers['last-event-id']
        const position = cursor === undefined ? 0 : Number(/\d+/.exec(String(cursor))?.[0])
        if (position === EVENTS) return void exchange.response.writeHead(204).end()
        const from = Math.max(0, position - overlap)
        const blocks = published
          .slice(from, from + 40)
          .map((data, index) => `id: ${id(from + index + 1)}\ndata: ${data}\n\n`)
        const body = encoder.encode(open(id(position), cursor === undefined) + blocks.join(''))
        // The open block is a part of what is cut, and 6 events or so of what is behind it.
        const length = random(open(id(position), false).length + 250)
        if (cuts++ < CUTS) return cutAfter(body, length)(exchange)
        exchange.open()
        exchange.response.end(body)
      })
      const connection = connectEventStream(server.url)
      onTestFinished(() => connection.close())
      const received: string[] = []
      for await (const item of connection) if ('replayed' in item) received.push(item.data)
      expect(received).toEqual(published)
      expect(connection.status).toBe('done')
      expect(cuts).toBeGreaterThan(CUTS)
    },
    60_000,
  )
})

describe('a POST without a cursor is sent exactly once', () => {
  const body = encoder.encode('retry: 0\nid: 7\ndata: one\n\ndata: two\n\n')
  const options: ConnectOptions = { method: 'POST', body: '{"prompt":1}', onUnauthorized: () => undefined }

  async function requestsTo(handler: Handler): Promise<{ requests: number; status: string }> {
    const server = await startEventServer(handler)
    const connection = connectEventStream(server.url, options)
    onTestFinished(() => connection.close())
    await new Promise<void>((resolve) => {
      connection.subscribe({
        onStateChange: ({ status }) => {
          if (status === 'failed' || status === 'done') resolve()
        },
      })
    })
    // All that could still come is under way by now: waits take no time here.
    await new Promise((resolve) => setTimeout(resolve, 0))
    await new Promise((resolve) => setImmediate(resolve))
    return { requests: server.exchanges.length, status: connection.status }
  }

  test('wherever it is cut', async () => {
    for (let length = 0; length <= body.length; length++) {
      expect(await requestsTo(cutAfter(body, length))).toEqual({ requests: 1, status: 'failed' })
    }
  })

  test.each([401, 408, 425, 429, 500, 503])('whatever it is answered: %i', async (status) => {
    const handler: Handler = ({ response }) => void response.writeHead(status, { 'retry-after': '0' }).end()
    expect(await requestsTo(handler)).toEqual({ requests: 1, status: 'failed' })
  })

  test.each([
    { title: 'nothing', text: '', status: 'failed' },
    { title: 'events', text: 'retry: 0\nid: 7\ndata: one\n\n', status: 'done' },
    {
      title: 'events of a Millrace server that does not say that they are all',
      text: 'event: millrace.open\ndata: {}\n\ndata: one\n\n',
      status: 'failed',
    },
  ])('and not again when its body ends behind $title', async ({ text, status }) => {
    const handler: Handler = ({ open, response }) => {
      open()
      response.end(text)
    }
    expect(await requestsTo(handler)).toEqual({ requests: 1, status })
  })
})
