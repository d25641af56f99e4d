import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { answer, send, sendAll } from '../test/answers.ts'
import { openEventServer } from '../test/event-server.ts'
import type { EventServer, Exchange, Handler } from '../test/event-server.ts'
import { record } from '../test/record.ts'
import { connectEventStream } from './index.ts'
import type { ConnectionState, ConnectOptions, EventStreamConnection, PlainEvent } from './index.ts'

/** How long each probe is watched: two silences of two seconds, with a second to spare for what follows them. All run side by side. */
const PROBE_MS = 6000
/** The most requests that may come in that time: one at once, and no two within the shortest reconnection time. */
const NO_HOT_LOOP = 1 + PROBE_MS / 250

interface Probe {
  readonly title: string
  readonly serve: Handler
  readonly options?: ConnectOptions
  readonly listen?: (connection: EventStreamConnection<PlainEvent>) => void
  /** Where the connection ends up; any state that goes on by itself if left out. */
  readonly outcome?: ConnectionState['status']
  readonly errorCode?: string
  /** How many requests come, at least and at most. */
  readonly requests: readonly [least: number, most: number]
  readonly check?: (result: Result) => void
}

interface Result {
  readonly state: ConnectionState
  readonly server: EventServer
  readonly log: readonly string[]
  readonly connection: EventStreamConnection<PlainEvent>
}

/** Writes for as long as somebody reads. */
const flood =
  (first: string, more: string): Handler =>
  async ({ open, response, closed }) => {
    open()
    response.write(first)
    while (!response.destroyed) {
      if (!response.write(more)) {
        await Promise.race([closed, new Promise((resolve) => response.once('drain', resolve))])
      }
    }
  }

const sentIds = ({ server }: Result): (string | undefined)[] =>
  server.exchanges.map(({ request }) => {
    const value = request.headers['last-event-id']
    return value === undefined ? undefined : Buffer.from(String(value), 'latin1').toString('utf8')
  })

const waitMs = ({ state }: Result): number => (state.status === 'waiting' ? state.retryAtMs - Date.now() : 0)

const millraceOpen = 'event: millrace.open\ndata: {"resume":"fresh","delivery":"all","heartbeatMs":100}\n\n'

const probes: readonly Probe[] = [
  {
    title: 'retry: 0',
    serve: sendAll('retry: 0\ndata: one\n\n'),
    requests: [4, NO_HOT_LOOP],
    check: ({ log }) => expect(log.filter((line) => line === 'message one').length).toBeGreaterThan(3),
  },
  {
    title: 'retry: 4294967296',
    serve: sendAll('retry: 4294967296\ndata: one\n\n'),
    outcome: 'waiting',
    requests: [1, 1],
    check: (result) => expect(waitMs(result) / 60_000).toBeCloseTo(60, 0),
  },
  { title: 'a clean end at once, for ever', serve: sendAll(''), requests: [2, NO_HOT_LOOP] },
  {
    title: 'a socket that is cut before it answers, for ever',
    serve: ({ response }) => void response.socket?.destroy(),
    requests: [2, NO_HOT_LOOP],
  },
  { title: '401', serve: answer(401), outcome: 'failed', errorCode: 'bad-status', requests: [1, 1] },
  {
    title: '401 for ever, with credentials that are always new',
    serve: answer(401),
    options: { onUnauthorized: () => undefined },
    outcome: 'failed',
    errorCode: 'bad-status',
    requests: [2, 2],
  },
  {
    title: '429 with Retry-After',
    serve: answer(429, { 'retry-after': '60' }),
    outcome: 'waiting',
    requests: [1, 1],
    check: (result) => expect(waitMs(result)).toBeGreaterThan(50_000),
  },
  {
    title: '503 with a Retry-After that is over, for ever',
    serve: answer(503, { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }),
    requests: [2, NO_HOT_LOOP],
  },
  { title: '500 for ever', serve: answer(500), requests: [2, NO_HOT_LOOP] },
  { title: '503 for ever', serve: answer(503), requests: [2, NO_HOT_LOOP] },
  { title: '204', serve: answer(204), outcome: 'done', requests: [1, 1] },
  {
    title: '200 with HTML',
    serve: answer(200, { 'content-type': 'text/html' }, '<p>data: one\n\n</p>'),
    outcome: 'failed',
    errorCode: 'bad-content-type',
    requests: [1, 1],
  },
  {
    title: 'a block of nothing but an id',
    serve: sendAll('id: 7\n\n'),
    requests: [2, NO_HOT_LOOP],
    check: (result) => expect(sentIds(result).slice(0, 2)).toEqual([undefined, '7']),
  },
  {
    title: 'an id with U+2026',
    serve: sendAll('id: 7…\ndata: one\n\n'),
    requests: [2, NO_HOT_LOOP],
    check: (result) => expect(sentIds(result).slice(0, 2)).toEqual([undefined, '7…']),
  },
  {
    title: 'an id with 0x01, which no request can carry',
    serve: sendAll('id: 7\u0001\ndata: one\n\n'),
    requests: [2, NO_HOT_LOOP],
    check: (result) => expect(new Set(sentIds(result))).toEqual(new Set([undefined])),
  },
  {
    title: 'an id of 8,000 characters that are 24,000 bytes, which no server takes',
    serve: sendAll(`id: ${'…'.repeat(8000)}\ndata: one\n\n`),
    requests: [2, NO_HOT_LOOP],
    check: (result) => expect(new Set(sentIds(result))).toEqual(new Set([undefined])),
  },
  {
    title: 'an id of 64 KiB',
    serve: send(`data: one\n\nid: ${'7'.repeat(65_536)}\ndata: two\n\n`),
    outcome: 'failed',
    errorCode: 'limit-exceeded',
    requests: [1, 1],
    check: ({ log }) => expect(log).toContain('message one'),
  },
  {
    title: 'an endless line',
    serve: flood('data: one\n\ndata: ', 'x'.repeat(65_536)),
    outcome: 'failed',
    errorCode: 'limit-exceeded',
    requests: [1, 1],
    check: ({ log }) => expect(log).toContain('message one'),
  },
  {
    title: 'an event over the limit, in lines that are not',
    serve: flood('data: one\n\n', `data: ${'x'.repeat(10_000)}\n`),
    options: { limits: { maxEventLength: 100_000 } },
    outcome: 'failed',
    errorCode: 'limit-exceeded',
    requests: [1, 1],
    check: ({ log }) => expect(log).toContain('message one'),
  },
  {
    title: 'a body that stalls',
    serve: send('data: one\n\n'),
    options: { heartbeatMs: 100 },
    outcome: 'open',
    requests: [2, 3],
    check: ({ log }) => expect(log).toContain('state waiting 2 network'),
  },
  {
    title: 'a relay that strips comments, and so all heartbeats',
    serve: (exchange) => {
      send(millraceOpen)(exchange)
      setTimeout(() => exchange.response.write('data: late\n\n'), 200)
    },
    outcome: 'open',
    requests: [3, 3],
    check: ({ log }) => expect(log.slice(-2)).toEqual(['message late', 'chunk end']),
  },
  {
    title: 'a redirect, then a drop',
    serve: (exchange) => {
      if (exchange.request.url === '/elsewhere') sendAll('id: 7\ndata: one\n\n')(exchange)
      else answer(307, { location: '/elsewhere' })(exchange)
    },
    requests: [4, 2 * NO_HOT_LOOP],
    check: ({ server }) =>
      expect(server.exchanges.slice(0, 4).map(({ request }) => request.url)).toEqual([
        '/events',
        '/elsewhere',
        '/events',
        '/elsewhere',
      ]),
  },
  {
    title: 'events for a listener that throws',
    serve: send('data: one\n\ndata: two\n\n'),
    listen: (connection) =>
      connection.subscribe({
        onEvent: ({ data }) => {
          throw new Error(`a bug in the listener of ${data}`)
        },
      }),
    outcome: 'open',
    requests: [1, 1],
    check: ({ log }) => expect(log.slice(-3)).toEqual(['message one', 'message two', 'chunk end']),
  },
]

describe('a hostile server', () => {
  const results = new Map<string, Result>()
  const stops: (() => Promise<void>)[] = []
  let uncaught: string[]
  let restore = (): void => undefined

  async function run({ title, serve, options, listen }: Probe): Promise<void> {
    const server = await openEventServer(serve)
    const connection = connectEventStream(server.url, { reconnectionTimeMs: 0, ...options })
    stops.push(async () => {
      connection.close()
      await server.stop()
    })
    listen?.(connection)
    const { log } = record(connection)
    await sleep(PROBE_MS)
    const exchanges: readonly Exchange[] = [...server.exchanges]
    results.set(title, {
      state: connection.state,
      server: { ...server, exchanges },
      log: [...log],
      connection,
    })
  }

  beforeAll(async () => {
    // The shortest waits that there can be, and the errors of listeners as what they are.
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const handlers = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    uncaught = []
    process.on('uncaughtException', (error) => uncaught.push(error.message))
    restore = () => {
      process.removeAllListeners('uncaughtException')
      for (const handler of handlers) process.on('uncaughtException', handler)
    }
    await Promise.all(probes.map(run))
    const lines = probes.map(({ title }) => {
      const { server, state } = results.get(title) ?? {}
      const requests = server?.exchanges.length ?? 0
      const error = state && 'error' in state && state.error ? ` (${state.error.code})` : ''
      const rate = ((requests / PROBE_MS) * 1000).toFixed(1)
      return `${title}: ${requests} requests, ${rate} a second; ${state?.status}${error}`
    })
    console.info(lines.join('\n'))
  }, PROBE_MS + 20_000)

  afterAll(async () => {
    restore()
    vi.restoreAllMocks()
    await Promise.all(stops.map((stop) => stop()))
  })

  test.each(probes)('makes no hot loop, no crash and no dead stream: $title', (probe) => {
    const result = results.get(probe.title)
    if (!result) throw new Error('the probe did not run')
    const { state, server } = result
    const requests = server.exchanges.length
    expect(requests).toBeGreaterThanOrEqual(probe.requests[0])
    expect(requests).toBeLessThanOrEqual(probe.requests[1])
    const goesOn: readonly ConnectionState['status'][] = ['connecting', 'open', 'waiting']
    expect(probe.outcome ? [probe.outcome] : goesOn).toContain(state.status)
    expect(state.status === 'failed' ? state.error.code : undefined).toBe(probe.errorCode)
    probe.check?.(result)
  })

  test('is left by a stream that failed', async () => {
    const failed = probes.filter(({ outcome }) => outcome === 'failed').map(({ title }) => results.get(title))
    const exchanges = failed.flatMap((result) => result?.server.exchanges ?? [])
    expect(exchanges.length).toBeGreaterThanOrEqual(failed.length)
    await Promise.all(exchanges.map(({ closed }) => closed))
  })

  test('brings nothing to the surface but the errors of listeners', () => {
    expect(uncaught).toEqual(['a bug in the listener of one', 'a bug in the listener of two'])
  })
})
