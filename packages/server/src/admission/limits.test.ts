import { describe, expect, test, vi } from 'vitest'
import { BlockReader, streamRequest } from '../../test/block-reader.ts'
import { createHub, ticks } from '../../test/create-hub.ts'
import type { Hub } from '../hub/hub.ts'
import { eventStream } from '../response/event-stream.ts'
import { toResponse } from '../response/to-response.ts'
import type { AdmissionLimits } from './limits.ts'
import type { Refusal } from './refusal.ts'

const principalOf = (request: Request): { principal: string } => ({
  principal: request.headers.get('x-user') ?? '',
})
const from = (name: string, init: RequestInit = {}): Request =>
  streamRequest('', { ...init, headers: { 'x-user': name, 'x-address': name } })

function limitedHub(limits: AdmissionLimits): { hub: Hub; refusals: Refusal[] } {
  const refusals: Refusal[] = []
  const hub = createHub({ limits, observer: { onRefuse: (refusal) => refusals.push(refusal) } })
  return { hub, refusals }
}

describe('limits', () => {
  test.each([
    [{ total: 0 }, 'limits.total'],
    [{ pending: 1.5 }, 'limits.pending'],
    [{ perPrincipal: -1 }, 'limits.perPrincipal'],
    [{ perAddress: Number.NaN, address: () => '' }, 'limits.perAddress'],
    [{ retryAfterMs: 0 }, 'limits.retryAfterMs'],
    [{ whenOver: 'later' as never }, 'limits.whenOver'],
    [{ address: 'x-forwarded-for' as never }, 'limits.address'],
    [{ perAddress: 2 }, 'limits.address'],
  ])('name the option that cannot be: %j', (limits, name) => {
    expect(() => createHub({ limits })).toThrow(name)
  })

  test('over addresses need to know how to tell one', () => {
    expect(() => createHub({ limits: { perAddress: 2 } })).toThrow(
      expect.objectContaining({ code: 'misconfigured' }),
    )
  })

  test('count the streams of all routes together, and free a place when one ends', async () => {
    const { hub, refusals } = limitedHub({ total: 2, retryAfterMs: 1500 })
    const POST = eventStream(
      async function* ({ signal }) {
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        yield { data: '' }
      },
      { hub },
    )
    const channel = new BlockReader(await toResponse(streamRequest(), ticks, { hub }))
    const once = new BlockReader(await POST(streamRequest('', { method: 'POST' }), undefined))
    const refused = await toResponse(streamRequest(), ticks, { hub })
    expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toEqual([
      429,
      '2',
      { code: 'too-many-streams' },
    ])
    expect((await POST(streamRequest('', { method: 'POST' }), undefined)).status).toBe(429)
    expect(refusals).toEqual([
      { reason: 'total', channel: 'ticks', principal: undefined },
      { reason: 'total', channel: undefined, principal: undefined },
    ])
    await channel.cancel()
    expect((await POST(streamRequest('', { method: 'POST' }), undefined)).status).toBe(200)
    await once.cancel()
    expect((await toResponse(streamRequest(), ticks, { hub })).status).toBe(200)
  })

  test('per principal are checked behind authorize, and none but that principal is refused', async () => {
    const { hub, refusals } = limitedHub({ perPrincipal: 2 })
    const open = (name: string): Promise<Response> =>
      toResponse(from(name), ticks, { hub, authorize: principalOf })
    const statuses = await Promise.all(
      ['ann', 'ann', 'ann', 'ben', 'ann'].map(async (name) => (await open(name)).status),
    )
    expect(statuses).toEqual([200, 200, 429, 200, 429])
    expect(refusals).toContainEqual({ reason: 'perPrincipal', channel: 'ticks', principal: 'ann' })
    await hub.revoke({ principal: 'ann' })
    expect((await open('ann')).status).toBe(200)
  })

  test('per address are checked before authorize, and pass whom nobody can place', async () => {
    const { hub } = limitedHub({ perAddress: 1, address: ({ headers }) => headers.get('x-address') })
    const authorize = vi.fn<() => object>(() => ({}))
    const open = async (request: Request): Promise<number> =>
      (await toResponse(request, ticks, { hub, authorize })).status
    expect([await open(from('a')), await open(from('a')), await open(from('b'))]).toEqual([200, 429, 200])
    expect(authorize).toHaveBeenCalledTimes(2)
    expect([await open(streamRequest()), await open(streamRequest())]).toEqual([200, 200])
  })

  test.each([[async () => 'here'], [() => 7]])(
    'per address let nobody in whose address is no text, since none would ever hold: %s',
    async (address) => {
      const { hub } = limitedHub({ perAddress: 1, address: address as never })
      await expect(toResponse(streamRequest(), ticks, { hub })).rejects.toThrow(/limits\.address .*; got/)
      expect(hub.inspect()).toMatchObject({ pending: 0, streams: 0 })
    },
  )

  test('on pending requests hold while authorize and handlers think, and hub.inspect() counts those', async () => {
    const { hub } = limitedHub({ pending: 2 })
    let grant: (admission: object) => void = () => undefined
    let answer: (response: Response) => void = () => undefined
    const authorize = vi.fn<() => Promise<object>>(() => new Promise((resolve) => (grant = resolve)))
    const judged = toResponse(streamRequest(), ticks, { hub, authorize })
    const handled = eventStream(() => new Promise<Response>((resolve) => (answer = resolve)), { hub })(
      streamRequest(),
      undefined,
    )
    expect(hub.inspect()).toMatchObject({ pending: 2, streams: 0 })
    expect((await toResponse(streamRequest(), ticks, { hub })).status).toBe(429)
    await vi.waitFor(() => expect(authorize).toHaveBeenCalled())
    grant({})
    answer(new Response('no', { status: 403 }))
    expect([(await judged).status, (await handled).status]).toEqual([200, 403])
    expect(hub.inspect()).toMatchObject({ pending: 0, streams: 1 })
  })

  test('are never passed by requests that come together', async () => {
    const { hub, refusals } = limitedHub({ total: 10, perPrincipal: 3 })
    const authorize = async (request: Request): Promise<object> => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5))
      return principalOf(request)
    }
    const responses = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        toResponse(from(`user-${index % 2}`), ticks, { hub, authorize }),
      ),
    )
    const opened = responses.filter(({ status }) => status === 200).length
    expect(opened).toBe(6)
    expect(hub.inspect()).toMatchObject({ streams: 6, pending: 0 })
    expect(refusals).toHaveLength(194)
  })

  test('may ask a client that reads event streams to return later, and any other with a status', async () => {
    const { hub } = limitedHub({ total: 1, whenOver: 'retry-later', retryAfterMs: 4000 })
    await toResponse(streamRequest(), ticks, { hub })
    const later = await toResponse(streamRequest(), ticks, { hub })
    const [, retryMs] = /^retry: (\d+)\n\n$/.exec(await later.text()) ?? []
    expect(later.status).toBe(200)
    expect(Number(retryMs)).toBeLessThanOrEqual(4000)
    const other = await toResponse(new Request('http://localhost/'), ticks, { hub })
    expect([other.status, other.headers.get('retry-after')]).toEqual([503, '4'])
  })

  test('count nobody whom authorize refused, or whose authorize threw', async () => {
    const { hub, refusals } = limitedHub({ total: 1 })
    const refusing = await toResponse(streamRequest(), ticks, {
      hub,
      authorize: () => new Response(null, { status: 401 }),
    })
    expect(refusing.status).toBe(401)
    const authorize = (): never => {
      throw new Error('on purpose')
    }
    await expect(toResponse(streamRequest(), ticks, { hub, authorize })).rejects.toThrow('on purpose')
    expect(refusals).toEqual([{ reason: 'authorize', channel: 'ticks', principal: undefined }])
    expect((await toResponse(streamRequest(), ticks, { hub })).status).toBe(200)
  })

  test('say when the hub drains, and why', async () => {
    const { hub, refusals } = limitedHub({})
    await hub.drain({ windowMs: 0 })
    await toResponse(streamRequest(), ticks, { hub })
    expect(refusals).toEqual([{ reason: 'draining', channel: 'ticks', principal: undefined }])
  })
})
