import { AsyncLocalStorage } from 'node:async_hooks'
import { defineStream } from '@millrace/core'
import { Hub } from '@millrace/server'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { channelRoute } from './channel-route.ts'
import { eventStream } from './event-stream.ts'
import type { RouteContext } from './route-context.ts'

const hub = new Hub({ observer: { onError: () => undefined } })
afterEach(() => vi.restoreAllMocks())

const rooms = defineStream<{ message: string }, { id: string }>('rooms')
const prices = defineStream<{ tick: number }>('prices')
const SHOP = 'https://shop.example'
const cors = { origins: [SHOP] }
const context = (params: Record<string, string> = {}): RouteContext => ({ params: Promise.resolve(params) })

function fromPage(origin: string, method = 'GET'): Request {
  const headers = { accept: 'text/event-stream', origin, 'sec-fetch-site': 'cross-site' }
  return new Request('http://localhost:3000/api', { method, headers })
}

describe('a route handler', () => {
  test('looks at nothing of a request from a page that is not allowed, its parameters included', async () => {
    const params = vi.fn<() => { id: string }>(() => ({ id: 'a' }))
    const { GET } = channelRoute(rooms, { hub, params, cors })
    const response = await GET(fromPage('https://evil.example'), context())
    expect([response.status, await response.json()]).toEqual([403, { code: 'origin-not-allowed' }])
    expect(params).not.toHaveBeenCalled()
  })

  test('has an allowed page read that its parameters are none', async () => {
    const params = (): { id: string } => {
      return { id: undefined as unknown as string }
    }
    const { GET } = channelRoute(rooms, { hub, params, cors })
    const response = await GET(fromPage(SHOP), context())
    expect([response.status, await response.json()]).toEqual([400, { code: 'invalid-params' }])
    expect(response.headers.get('access-control-allow-origin')).toBe(SHOP)
  })

  test('answers the preflight of both kinds of routes, exported as OPTIONS', async () => {
    const handler = vi.fn<() => Promise<Response>>()
    const POST = eventStream(handler, { hub, cors })
    const { OPTIONS } = channelRoute(prices, { hub, cors })
    for (const answer of [POST, OPTIONS]) {
      const request = fromPage(SHOP, 'OPTIONS')
      request.headers.set('access-control-request-method', 'GET')
      const response = await answer(request, context())
      expect(response.status).toBe(204)
      expect(response.headers.get('access-control-allow-headers')).toContain('Last-Event-ID')
    }
    expect(handler).not.toHaveBeenCalled()
  })

  test('hands the route parameters on, and lets a client in whose principal may', async () => {
    const authorize = vi.fn<(request: Request, params: { id: string }) => object>(() => ({}))
    const { GET } = channelRoute(rooms, { hub, authorize, params: (_, { id }) => ({ id: String(id) }) })
    const abort = new AbortController()
    const request = new Request('http://localhost/', { signal: abort.signal })
    const response = await GET(request, context({ id: '7' }))
    expect(response.status).toBe(200)
    expect(authorize).toHaveBeenCalledWith(request, { id: '7' })
    expect(hub.inspect().channels).toMatchObject({ [rooms({ id: '7' }).channel]: 1 })
    abort.abort()
  })

  test('asks authorize again within the scope of its request', async () => {
    const scope = new AsyncLocalStorage<string>()
    const seen: Array<string | undefined> = []
    const authorize = (): object => (seen.push(scope.getStore()), { principal: 'ann' })
    const { GET } = channelRoute(prices, { hub, authorize, revalidateMs: 300, heartbeatMs: 300 })
    const abort = new AbortController()
    const request = new Request('http://localhost/', { signal: abort.signal })
    // The timer belongs to whichever request came first.
    await channelRoute(prices, { hub, heartbeatMs: 300 }).GET(request, context())
    await scope.run('the request', () => GET(request, context()))
    await vi.waitFor(() => expect(seen.length).toBeGreaterThan(2), 5000)
    expect(new Set(seen)).toEqual(new Set(['the request']))
    abort.abort()
  })
})
