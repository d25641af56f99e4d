import { describe, expect, test } from 'vitest'
import { CountedRequests } from '../../test/counted-request.ts'
import { createHub, ticks } from '../../test/create-hub.ts'
import type { Hub } from '../hub/hub.ts'
import type { AdmissionLimits } from './limits.ts'
import type { RefusalReason } from './refusal.ts'
import { eventStream } from '../response/event-stream.ts'
import { toResponse } from '../response/to-response.ts'

const FLOOD = 5000
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

class Flood {
  readonly hub: Hub
  readonly requests = new CountedRequests()
  readonly refusals = new Map<RefusalReason, number>()
  opened = 0
  /** How often `authorize` and handlers ran. */
  runs = 0

  constructor(limits: AdmissionLimits = {}) {
    this.hub = createHub({
      limits,
      observer: {
        onStreamOpen: () => void this.opened++,
        onRefuse: ({ reason }) => void this.refusals.set(reason, (this.refusals.get(reason) ?? 0) + 1),
        onError: () => undefined,
      },
    })
  }

  /** One of a crowd: every other one comes to a channel, and the others to a stream of their own. */
  connect(index: number, init: RequestInit = {}): Promise<Response> {
    const { hub } = this
    const request = this.requests.create(init)
    if (index % 2 === 0) {
      const authorize = async (): Promise<object> => (this.runs++, await settled(), {})
      return toResponse(request, ticks, { hub, authorize })
    }
    const handler = async (): Promise<AsyncGenerator<never>> => (this.runs++, await settled(), nothing())
    return eventStream(handler, { hub })(request, undefined)
  }

  /** What is left of it all. */
  get left(): object {
    const { streams, pending, abandonedSources } = this.hub.inspect()
    return { streams, pending, abandonedSources, listening: this.requests.listening }
  }
}

const NOTHING_LEFT = { streams: 0, pending: 0, abandonedSources: 0, listening: 0 }

// eslint-disable-next-line require-yield
async function* nothing(): AsyncGenerator<never> {}

const indices = Array.from({ length: FLOOD }, (_, index) => index)

describe(`${FLOOD} connects at once`, () => {
  test('over a limit in all are turned away before anything runs for them, and leave nothing', async () => {
    const flood = new Flood({ total: 50 })
    const abort = new AbortController()
    const { signal } = abort
    const responses = await Promise.all(indices.map((index) => flood.connect(index, { signal })))
    expect(responses.filter(({ status }) => status === 429)).toHaveLength(FLOOD - 50)
    expect([flood.runs, flood.refusals.get('total')]).toEqual([50, FLOOD - 50])
    abort.abort()
    await settled()
    expect(flood.left).toEqual(NOTHING_LEFT)
    expect((await flood.connect(0)).status).toBe(200)
  })

  test('over the number that is judged at one time are turned away, and those that are judged come in', async () => {
    const flood = new Flood({ pending: 20, whenOver: 'retry-later' })
    const abort = new AbortController()
    const { signal } = abort
    await Promise.all(indices.map((index) => flood.connect(index, { signal })))
    expect([flood.runs, flood.opened, flood.refusals.get('pending')]).toEqual([20, 20, FLOOD - 20])
    abort.abort()
    await settled()
    expect(flood.left).toEqual(NOTHING_LEFT)
  })

  test('that are given up before, while and after they are judged leave nothing', async () => {
    const flood = new Flood()
    await Promise.all(
      indices.map(async (index) => {
        const abort = new AbortController()
        if (index % 3 === 0) abort.abort()
        // Before what `connect` waits for.
        const soon = settled()
        const response = flood.connect(index, { signal: abort.signal })
        if (index % 3 === 1) await soon.then(() => abort.abort())
        await response
        abort.abort()
      }),
    )
    await settled()
    expect(flood.left).toEqual(NOTHING_LEFT)
    // Who had left before being looked at was judged by nobody.
    expect(flood.runs).toBe(FLOOD - Math.ceil(FLOOD / 3))
  })

  test('from pages of other origins run nothing', async () => {
    const flood = new Flood()
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    const responses = await Promise.all(indices.map((index) => flood.connect(index, { headers })))
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([403]))
    expect([flood.runs, flood.refusals.get('origin')]).toEqual([0, FLOOD])
    expect(flood.left).toEqual(NOTHING_LEFT)
  })

  test('of one address keep no place from another', async () => {
    const flood = new Flood({ perAddress: 5, address: ({ headers }) => headers.get('x-address') })
    const from = (address: string): RequestInit => ({ headers: { 'x-address': address } })
    await Promise.all(indices.map((index) => flood.connect(index, from('here'))))
    expect([flood.runs, flood.refusals.get('perAddress')]).toEqual([5, FLOOD - 5])
    expect((await flood.connect(0, from('there'))).status).toBe(200)
  })

  test('whose authorize hangs, throws or refuses leave nothing', async () => {
    const { hub, requests, ...flood } = new Flood()
    const answers = [
      (): Promise<object> => new Promise(() => undefined),
      async (): Promise<object> => {
        throw new Error('on purpose')
      },
      async (): Promise<Response> => new Response(null, { status: 401 }),
    ]
    const results = await Promise.allSettled(
      indices.map((index) =>
        toResponse(requests.create(), ticks, {
          hub,
          authorize: () => (answers[index % 3] as () => Promise<object>)(),
          authorizeTimeoutMs: 50,
        }),
      ),
    )
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(Math.ceil((FLOOD - 1) / 3))
    expect([flood.refusals.get('unavailable'), flood.refusals.get('authorize'), flood.opened]).toEqual([
      Math.ceil(FLOOD / 3),
      Math.floor(FLOOD / 3),
      0,
    ])
    expect({ ...hub.inspect(), listening: requests.listening }).toMatchObject(NOTHING_LEFT)
  })
})
