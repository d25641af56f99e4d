import { describe, expect, test, vi } from 'vitest'
import { BlockReader, streamRequest } from '../../test/block-reader.ts'
import { createHub, ticks } from '../../test/create-hub.ts'
import { type CorsOptions, resolveCors } from './cors.ts'
import { eventStream } from './event-stream.ts'
import { toResponse } from './to-response.ts'

const SHOP = 'https://shop.example'
const cors: CorsOptions = { origins: [SHOP], credentials: true }

function fromPage(origin: string, init: RequestInit = {}): Request {
  const headers = { origin, 'sec-fetch-site': 'cross-site', ...(init.headers as Record<string, string>) }
  return streamRequest('', { ...init, headers })
}

const headersOf = ({ headers }: Response, prefix = 'access-control-'): Record<string, string> =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith(prefix) || name === 'vary'))

const readable = {
  'access-control-allow-credentials': 'true',
  'access-control-allow-origin': SHOP,
  'access-control-expose-headers': 'Retry-After',
  vary: 'Origin',
}

describe('a page of another origin', () => {
  test('that is not allowed is refused before anything runs, and told no more than that', async () => {
    const refusals: unknown[] = []
    const hub = createHub({ observer: { onRefuse: (refusal) => refusals.push(refusal) } })
    const authorize = vi.fn<() => object>(() => ({}))
    const handler = vi.fn<() => Promise<Response>>()
    const POST = eventStream(handler, { hub, cors })
    const responses = [
      await toResponse(fromPage('https://evil.example'), ticks, { hub, authorize }),
      await toResponse(fromPage('https://evil.example'), ticks, { hub, authorize, cors }),
      await toResponse(fromPage('null'), ticks, { hub, authorize, cors }),
      await POST(fromPage('https://evil.example', { method: 'POST' }), undefined),
      await POST(fromPage('https://evil.example', { method: 'OPTIONS' }), undefined),
    ]
    for (const response of responses) {
      expect(response.status).toBe(403)
      expect(response.headers.has('access-control-allow-origin')).toBe(false)
      expect(await response.json()).toEqual({ code: 'origin-not-allowed' })
    }
    expect(authorize).not.toHaveBeenCalled()
    expect(handler).not.toHaveBeenCalled()
    expect(refusals).toHaveLength(5)
    expect(refusals[0]).toEqual({ reason: 'origin', channel: 'ticks', principal: undefined })
  })

  test('that is allowed reads the stream', async () => {
    const hub = createHub()
    const response = await toResponse(fromPage(SHOP), ticks, { hub, cors })
    expect(headersOf(response)).toEqual(readable)
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    const reader = new BlockReader(response)
    expect((await reader.events(2)).map(({ type }) => type)).toEqual(['millrace.open', 'millrace.live'])
    await hub.publish(ticks, { type: 'tick', data: { n: 1 } })
    expect(await reader.event()).toMatchObject({ type: 'tick', data: '{"n":1}' })
    await reader.cancel()
    expect(hub.inspect().streams).toBe(0)
  })

  test('finds an answer for everybody marked so, also where a cache had it from a program', async () => {
    const hub = createHub()
    const response = await toResponse(streamRequest(), ticks, { hub, cors: { origins: ['*'] } })
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
  })

  test('that is allowed reads every answer: refusals, limits, drains, ends, wrong methods, HEAD', async () => {
    const hub = createHub({ limits: { total: 1 } })
    const POST = eventStream(async () => Response.json({ code: 'no' }, { status: 402 }), { hub, cors })
    const authorize = (): Response => new Response('no', { status: 401 })
    const answers = [
      await toResponse(fromPage(SHOP), ticks, { hub, cors, authorize }),
      await POST(fromPage(SHOP, { method: 'POST' }), undefined),
      await POST(fromPage(SHOP, { headers: { 'last-event-id': 'millrace.end' } }), undefined),
      await toResponse(fromPage(SHOP, { method: 'PUT' }), ticks, { hub, cors }),
      await toResponse(fromPage(SHOP, { method: 'HEAD' }), ticks, { hub, cors }),
      await toResponse(fromPage(SHOP), ticks, { hub, cors }),
      await toResponse(fromPage(SHOP), ticks, { hub, cors }),
    ]
    await hub.drain({ windowMs: 0 })
    answers.push(await toResponse(fromPage(SHOP), ticks, { hub, cors }))
    expect(answers.map(({ status }) => status)).toEqual([401, 402, 204, 405, 200, 200, 429, 200])
    for (const answer of answers) expect(headersOf(answer)).toEqual(readable)
    expect(await answers[0]?.text()).toBe('no')
  })

  test('changes nothing of a response that was made once for many', async () => {
    const made = new Response(null, { status: 401, headers: { vary: 'Authorization', 'set-cookie': 'a=1' } })
    const answer = (request: Request, options: object): Promise<Response> =>
      toResponse(request, ticks, { hub: createHub(), authorize: () => made, ...options })
    const copy = await answer(fromPage(SHOP), { cors })
    expect(copy.headers.get('vary')).toBe('Authorization, Origin')
    expect(copy.headers.getSetCookie()).toEqual(['a=1'])
    expect([...made.headers.keys()]).toEqual(['set-cookie', 'vary'])
    // Without the option, the very same one.
    expect(await answer(streamRequest(), {})).toBe(made)
  })

  test('gives answers that caches keep apart by origin, also to pages of this one', async () => {
    const response = await toResponse(streamRequest(), ticks, { hub: createHub(), cors })
    expect(headersOf(response)).toEqual({ vary: 'Origin' })
  })

  test('cannot be read for a promise: a function has to say `true`', async () => {
    const ask = async (origins: CorsOptions['origins']): Promise<number> =>
      (await toResponse(fromPage(SHOP), ticks, { hub: createHub(), cors: { origins } })).status
    expect(await ask((origin) => origin.endsWith('.example'))).toBe(200)
    expect(await ask((async () => true) as unknown as () => boolean)).toBe(403)
  })

  test('may be anybody, without credentials', async () => {
    const everybody: CorsOptions = { origins: ['*'] }
    const response = await toResponse(fromPage('null'), ticks, { hub: createHub(), cors: everybody })
    expect(headersOf(response)).toEqual({
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'Retry-After',
    })
  })
})

describe('OPTIONS', () => {
  const preflight = (method: string, init: RequestInit = {}): Request =>
    fromPage(SHOP, { method: 'OPTIONS', headers: { 'access-control-request-method': method }, ...init })

  test('allows an allowed page of another origin what a stream needs', async () => {
    const hub = createHub()
    const options = { ...cors, allowHeaders: ['X-Api-Key'], maxAgeSeconds: 60 }
    const response = await toResponse(preflight('GET'), ticks, { hub, cors: options })
    expect(response.status).toBe(204)
    expect(headersOf(response)).toEqual({
      ...readable,
      'access-control-allow-headers':
        'Accept, Authorization, Cache-Control, Content-Type, Idempotency-Key, Last-Event-ID, X-Api-Key',
      'access-control-allow-methods': 'GET, HEAD, OPTIONS',
      'access-control-max-age': '60',
    })
  })

  test('of a stream per request allows the method that is asked for, and runs nothing', async () => {
    const handler = vi.fn<() => Promise<Response>>()
    const POST = eventStream(handler, { hub: createHub(), cors })
    const response = await POST(preflight('PATCH'), undefined)
    expect(response.headers.get('access-control-allow-methods')).toBe('PATCH, OPTIONS')
    const odd = await POST(preflight('x, y'), undefined)
    expect(odd.headers.has('access-control-allow-methods')).toBe(false)
    const plain = await POST(streamRequest('', { method: 'OPTIONS' }), undefined)
    expect([plain.status, plain.headers.has('allow')]).toEqual([204, false])
    expect(handler).not.toHaveBeenCalled()
  })

  test('is answered while the hub is full, and takes no place', async () => {
    const hub = createHub({ limits: { total: 1 } })
    await toResponse(streamRequest(), ticks, { hub })
    expect((await toResponse(preflight('GET'), ticks, { hub, cors })).status).toBe(204)
  })
})

describe('the option cors', () => {
  test.each([
    [{ origins: 'https://a.example' as never }, 'cors.origins'],
    [{ origins: ['a.example'] }, 'a.example'],
    [{ origins: ['https://a.example/'] }, 'https://a.example/'],
    [{ origins: ['https://a.example:443'] }, 'https://a.example:443'],
    [{ origins: ['https://A.example'] }, 'https://A.example'],
    [{ origins: ['null'] }, 'null'],
    [{ origins: ['*'], credentials: true }, "'*'"],
    [{ origins: [], allowHeaders: ['a b'] }, 'cors.allowHeaders'],
    [{ origins: [], maxAgeSeconds: -1 }, 'cors.maxAgeSeconds'],
  ])('names what it cannot be: %j', (options, name) => {
    expect(() => resolveCors(options)).toThrow(name)
  })

  test.each([['http://localhost:3000'], ['http://[::1]:8080'], ['capacitor://localhost']])(
    'takes the origin %s',
    (origin) => {
      expect(resolveCors({ origins: [origin] }).allows(origin)).toBe(true)
    },
  )

  test('is refused where a route is asked, also for a stream per request', async () => {
    const options = { hub: createHub(), cors: { origins: ['nowhere'] } }
    await expect(toResponse(streamRequest(), ticks, options)).rejects.toThrow(TypeError)
    const GET = eventStream(async () => new Response(), options)
    await expect(GET(streamRequest(), undefined)).rejects.toThrow(TypeError)
  })
})
