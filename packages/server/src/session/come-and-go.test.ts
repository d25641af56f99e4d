import { once } from 'node:events'
import { type ClientRequest, createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Channel, defineStream } from '@millrace/core'
import { describe, expect, test } from 'vitest'
import { CountedRequests } from '../../test/counted-request.ts'
import { Hub } from '../hub/hub.ts'
import type { EndCause } from './session.ts'
import { toNodeHandler } from '../node/to-node-handler.ts'
import { eventStream } from '../response/event-stream.ts'
import type { StreamContext, YieldedEvent } from '../response/stream-response.ts'
import { toResponse } from '../response/to-response.ts'

type Ticks = { tick: { n: number } }
const ticks = defineStream<Ticks>('ticks') as Channel<Ticks>
const CLIENTS = 1000
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Counts generators that run and listeners that hang on requests, so that what is left alive shows. */
class Ledger {
  running = 0
  readonly #requests = new CountedRequests()

  get listening(): number {
    return this.#requests.listening
  }

  /** A one-shot source that heeds its signal: it waits, or yields for ever, or ends, or throws. */
  source(kind: 'waits' | 'yields' | 'ends' | 'throws') {
    const count = (change: number): void => void (this.running += change)
    return async function* ({ signal }: StreamContext): AsyncGenerator<YieldedEvent> {
      count(1)
      try {
        yield { data: 'first' }
        if (kind === 'throws') throw new Error('thrown on purpose')
        if (kind === 'waits')
          await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
        while (kind === 'yields') yield { data: 'x'.repeat(100) }
      } finally {
        count(-1)
      }
    }
  }

  /** A request whose signal counts its listeners. */
  request(abort: AbortController): Request {
    return this.#requests.create({ signal: abort.signal })
  }
}

interface Visit {
  readonly hub: Hub
  readonly ledger: Ledger
  readonly index: number
}

const readSome = async (response: Response): Promise<ReadableStreamDefaultReader<Uint8Array>> => {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  await reader.read()
  return reader
}

/** Every way in which a stream ends, named by the cause that it ends with. */
const ways: ReadonlyArray<
  readonly [cause: EndCause, how: string, visit: (visit: Visit) => Promise<unknown>]
> = [
  [
    'cancelled',
    'a channel body is cancelled',
    async ({ hub, ledger }) => {
      const response = await toResponse(ledger.request(new AbortController()), ticks, { hub })
      await (await readSome(response)).cancel()
    },
  ],
  [
    'cancelled',
    'the body of a waiting source is cancelled',
    async ({ hub, ledger }) => {
      const response = await eventStream(ledger.source('waits'), { hub })(
        ledger.request(new AbortController()),
        undefined,
      )
      const reader = await readSome(response)
      await reader.read()
      await reader.cancel()
    },
  ],
  [
    'cancelled',
    'the body of a source that yields for ever is cancelled',
    async ({ hub, ledger }) => {
      const response = await eventStream(ledger.source('yields'), { hub })(
        ledger.request(new AbortController()),
        undefined,
      )
      await (await readSome(response)).cancel()
    },
  ],
  [
    'cancelled',
    'the request aborts and nobody cancels the body',
    async ({ hub, ledger }) => {
      const abort = new AbortController()
      await eventStream(ledger.source('waits'), { hub })(ledger.request(abort), undefined)
      abort.abort()
    },
  ],
  [
    'cancelled',
    'the client is gone before the response',
    async ({ hub, ledger }) => {
      const abort = new AbortController()
      const authorize = async (): Promise<object> => (await sleep(1), {})
      const response = toResponse(ledger.request(abort), ticks, { hub, authorize })
      abort.abort()
      await response
    },
  ],
  [
    'done',
    'the source is done',
    async ({ hub, ledger }) => {
      await (
        await eventStream(ledger.source('ends'), { hub })(ledger.request(new AbortController()), undefined)
      ).text()
    },
  ],
  [
    'failed',
    'the source throws',
    async ({ hub, ledger }) => {
      await (
        await eventStream(ledger.source('throws'), { hub })(ledger.request(new AbortController()), undefined)
      ).text()
    },
  ],
  [
    'lifetime',
    'the lifetime is over',
    async ({ hub, ledger }) => {
      await (
        await toResponse(ledger.request(new AbortController()), ticks, {
          hub,
          lifetimeMs: 30,
          heartbeatMs: 100,
        })
      ).text()
    },
  ],
  [
    'expired',
    'the authorisation expires',
    async ({ hub, ledger }) => {
      const authorize = (): object => ({ expiresAtMs: Date.now() + 30 })
      await (
        await toResponse(ledger.request(new AbortController()), ticks, { hub, authorize, heartbeatMs: 100 })
      ).text()
    },
  ],
  [
    'revoked',
    'its grant is asked for again, and refused',
    async ({ hub, ledger, index }) => {
      let grants = 1
      const authorize = (): object =>
        grants-- > 0 ? { principal: `user-${index}` } : new Response(null, { status: 403 })
      const route = { hub, authorize, revalidateMs: 200, heartbeatMs: 100 }
      await (await toResponse(ledger.request(new AbortController()), ticks, route)).text()
    },
  ],
  [
    'revoked',
    'it is revoked',
    async ({ hub, ledger, index }) => {
      const authorize = (): object => ({ tags: [`visitor-${index}`] })
      const response = await toResponse(ledger.request(new AbortController()), ticks, { hub, authorize })
      const reader = await readSome(response)
      await hub.revoke({ tag: `visitor-${index}` })
      while (!(await reader.read()).done);
    },
  ],
]

describe('a stream', () => {
  test.each(ways)('that ends as %s, since %s, tells so once and leaves nothing', async (cause, _, visit) => {
    const causes: EndCause[] = []
    const hub = new Hub({
      observer: { onStreamEnd: (stream) => causes.push(stream.cause), onError: () => undefined },
    })
    const ledger = new Ledger()
    await visit({ hub, ledger, index: 0 })
    await sleep(5)
    // A client that is gone before its response never had a stream.
    expect(causes).toEqual(cause === 'cancelled' && causes.length === 0 ? [] : [cause])
    expect(hub.inspect()).toMatchObject({ streams: 0, abandonedSources: 0 })
    expect(ledger).toMatchObject({ running: 0, listening: 0 })
    await hub.close()
  })

  test('whose socket breaks off ends as cancelled', async () => {
    const causes: EndCause[] = []
    const hub = new Hub({ observer: { onStreamEnd: ({ cause }) => causes.push(cause) } })
    const server = createServer(toNodeHandler((request) => toResponse(request, ticks, { hub }))).listen(
      0,
      '127.0.0.1',
    )
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const clients = await Promise.all(
      Array.from({ length: 50 }, async (): Promise<ClientRequest> => {
        const request = get({ port, host: '127.0.0.1', headers: { accept: 'text/event-stream' } })
        request.on('error', () => undefined)
        const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream]
        response.on('error', () => undefined)
        await once(response, 'data')
        return request
      }),
    )
    expect(hub.inspect().streams).toBe(50)
    for (const client of clients) client.socket?.resetAndDestroy()
    for (let waits = 0; hub.inspect().streams > 0 && waits < 500; waits++) await sleep(2)
    expect(causes).toEqual(Array.from({ length: 50 }, () => 'cancelled'))
    await hub.close()
    await new Promise((resolve) => server.close(resolve))
  })

  test('closes with its hub, whatever it is', async () => {
    const hub = new Hub({ observer: { onError: () => undefined } })
    const ledger = new Ledger()
    const responses = await Promise.all([
      toResponse(ledger.request(new AbortController()), ticks, { hub }),
      eventStream(ledger.source('waits'), { hub })(ledger.request(new AbortController()), undefined),
      eventStream(ledger.source('yields'), { hub })(ledger.request(new AbortController()), undefined),
    ])
    await hub.close()
    await Promise.all(responses.map((response) => response.text()))
    await sleep(5)
    expect(ledger).toMatchObject({ running: 0, listening: 0 })
  })
})

test(
  `${CLIENTS} clients that come and go in every way, four rounds, leave nothing behind`,
  { timeout: 120_000 },
  async () => {
    const rejections: unknown[] = []
    const onRejection = (reason: unknown): void => void rejections.push(reason)
    process.on('unhandledRejection', onRejection)
    // A history that is full after the first round: what grows is not the log.
    const hub = new Hub({ history: { maxEvents: 50 }, observer: { onError: () => undefined } })
    const ledger = new Ledger()
    const heapMiB: number[] = []
    const timersBefore = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    // Ten rounds warm the engine up: its own code and tables grow until then.
    for (let round = -9; round <= 4; round++) {
      const visits = Array.from({ length: CLIENTS }, async (_, index) => {
        const [, , visit] = ways[index % ways.length] as (typeof ways)[number]
        await visit({ hub, ledger, index })
      })
      for (let n = 1; n <= 100; n++) await hub.publish(ticks, { type: 'tick', data: { n } })
      await Promise.all(visits)
      await sleep(20)
      expect(hub.inspect()).toMatchObject({ streams: 0, abandonedSources: 0 })
      expect(ledger).toMatchObject({ running: 0, listening: 0 })
      collectGarbage()
      await sleep(20)
      collectGarbage()
      if (round > 0) heapMiB.push(Math.round((process.memoryUsage().heapUsed / 1024 / 1024) * 100) / 100)
    }
    await hub.close()
    const timersAfter = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    console.log(
      `heap after each round of ${CLIENTS} clients, in MiB: ${heapMiB.join(', ')}; timers ${timersBefore} → ${timersAfter}`,
    )
    process.off('unhandledRejection', onRejection)
    expect(rejections).toEqual([])
    expect(timersAfter).toBeLessThanOrEqual(timersBefore)
    const [, second = 0, , fourth = 0] = heapMiB
    expect(fourth - second).toBeLessThan(0.15)
  },
)
