import { describe, expect, test, vi } from 'vitest'
import { BlockReader, streamRequest } from '../../test/block-reader.ts'
import { type Ticks, createHub, ticks } from '../../test/create-hub.ts'
import type { Hub } from '../hub/hub.ts'
import type { Admission } from '../response/authorize.ts'
import type { ChannelResponseOptions } from '../response/channel-options.ts'
import { toResponse } from '../response/to-response.ts'
import type { EndCause } from '../session/session.ts'

// Long enough for a machine that is busy with other things: a grant that is not confirmed for twice as long is none.
const BEAT_MS = 400
type Judge = NonNullable<ChannelResponseOptions<Ticks, undefined>['authorize']>

interface Ended {
  readonly principal: string | undefined
  readonly cause: EndCause
}

function observedHub(): { hub: Hub; ended: Ended[]; errors: unknown[] } {
  const ended: Ended[] = []
  const errors: unknown[] = []
  const hub = createHub({
    observer: {
      onStreamEnd: ({ principal, cause }) => ended.push({ principal, cause }),
      onError: (error) => errors.push(error),
    },
  })
  return { hub, ended, errors }
}

interface Opened {
  readonly hub: Hub
  readonly authorize: Judge
  readonly request?: Request
  readonly options?: Partial<ChannelResponseOptions<Ticks, undefined>>
}

async function open({ hub, authorize, request = streamRequest(), options }: Opened): Promise<BlockReader> {
  const route = { hub, authorize, revalidateMs: BEAT_MS, heartbeatMs: BEAT_MS, ...options }
  return new BlockReader(await toResponse(request, ticks, route))
}

const numbersOf = async (reader: BlockReader): Promise<number[]> =>
  (await reader.rest()).flatMap((block) =>
    block.kind === 'event' && block.type === 'tick' ? [(JSON.parse(block.data) as { n: number }).n] : [],
  )

const as = (user: string, more: Readonly<Record<string, string>> = {}): Request =>
  streamRequest('', { headers: { authorization: user, ...more } })

describe('a grant that is asked for again', () => {
  test('goes on as it is while it is confirmed', async () => {
    const { hub, ended } = observedHub()
    const authorize = vi.fn<Judge>(() => ({ principal: 'ann' }))
    const reader = await open({ hub, authorize })
    await vi.waitFor(() => expect(authorize.mock.calls.length).toBeGreaterThan(4), 5000)
    expect(new Set(authorize.mock.calls.map(([request]) => request)).size).toBe(1)
    expect(ended).toEqual([])
    await reader.cancel()
    const asked = authorize.mock.calls.length
    await new Promise((resolve) => setTimeout(resolve, 2 * BEAT_MS))
    expect(authorize.mock.calls.length).toBe(asked)
  })

  test.each<[string, () => Admission<Ticks> | Response]>([
    ['refused', () => new Response(null, { status: 403 })],
    ['given to somebody else', () => ({ principal: 'ben' })],
    ['given to nobody', () => ({})],
  ])('ends its streams as revoked when it is %s', async (_, changed) => {
    const { hub, ended } = observedHub()
    let judge: () => Admission<Ticks> | Response = () => ({ principal: 'ann' })
    const readers = [
      await open({ hub, authorize: () => judge() }),
      await open({ hub, authorize: () => judge() }),
    ]
    judge = changed
    await Promise.all(readers.map((reader) => reader.rest()))
    expect(ended).toEqual([
      { principal: 'ann', cause: 'revoked' },
      { principal: 'ann', cause: 'revoked' },
    ])
  })

  test('brings its new filter, tags and expiry', async () => {
    const { hub, ended } = observedHub()
    let grant: Admission<Ticks> = { principal: 'ann', tags: ['old'], filter: ({ data }) => data.n % 2 === 0 }
    const authorize = vi.fn<Judge>(() => grant)
    const reader = await open({ hub, authorize })
    const numbers = numbersOf(reader)
    for (const n of [1, 2]) await hub.publish(ticks, { type: 'tick', data: { n } })
    grant = { principal: 'ann', tags: ['new'], filter: ({ data }) => data.n % 2 === 1 }
    const asked = authorize.mock.calls.length
    await vi.waitFor(() => expect(authorize.mock.calls.length).toBeGreaterThan(asked), 5000)
    for (const n of [3, 4]) await hub.publish(ticks, { type: 'tick', data: { n } })
    expect(await hub.revoke({ tag: 'old' })).toBe(0)
    grant = { principal: 'ann', tags: ['new'], expiresAtMs: Date.now() }
    expect(await numbers).toEqual([2, 3])
    expect(ended).toEqual([{ principal: 'ann', cause: 'expired' }])
  })

  test('shows what its filter cannot judge to nobody', async () => {
    const { hub, errors } = observedHub()
    let filter = (): boolean => true
    const authorize: Judge = () => ({ filter: () => filter() })
    const reader = await open({ hub, authorize })
    await reader.events(2)
    await hub.publish(ticks, { type: 'tick', data: { n: 1 } })
    expect((await reader.event()).data).toBe('{"n":1}')
    filter = (() => undefined) as unknown as () => boolean
    await hub.publish(ticks, { type: 'tick', data: { n: 2 } })
    expect((await reader.event()).type).toBe('millrace.heartbeat')
    expect(errors).toHaveLength(1)
  })

  test.each<[string, Judge]>([
    [
      'throws',
      () => {
        throw new Error('on purpose')
      },
    ],
    ['hangs', () => new Promise(() => undefined)],
    ['returns nothing', () => undefined as never],
  ])('is none when it cannot be confirmed for twice its time, since authorize %s', async (_, failing) => {
    const { hub, ended, errors } = observedHub()
    let judge: Judge = () => ({ principal: 'ann' })
    const options = { authorizeTimeoutMs: 30 }
    const reader = await open({ hub, authorize: (...asked) => judge(...asked), options })
    judge = failing
    const openedMs = performance.now()
    await reader.rest()
    expect(performance.now() - openedMs).toBeGreaterThan(1.5 * BEAT_MS)
    expect(ended).toEqual([{ principal: 'ann', cause: 'expired' }])
    expect(errors.length).toBeGreaterThan(1)
  })

  test('survives an authorize that fails for a while', async () => {
    const { hub, ended, errors } = observedHub()
    let failures = 0
    const authorize = vi.fn<Judge>(() => {
      // Each second asking fails.
      if (authorize.mock.calls.length % 2 === 0) throw new Error(`failure ${++failures}`)
      return { principal: 'ann' }
    })
    await open({ hub, authorize })
    await vi.waitFor(() => expect(failures).toBeGreaterThan(3), 5000)
    expect(ended).toEqual([])
    expect(errors.length).toBe(failures)
  })

  test('is asked for once for all streams of a principal that ask for the same, with the request of one that is open', async () => {
    const { hub } = observedHub()
    const authorize = vi.fn<Judge>((request) => ({ principal: request.headers.get('authorization') ?? '' }))
    const requests = Array.from({ length: 20 }, (_, index) => as('ann', { 'last-event-id': `x${index}` }))
    const readers = await Promise.all(requests.map((request) => open({ hub, authorize, request })))
    await readers[0]?.cancel()
    authorize.mockClear()
    await vi.waitFor(() => expect(authorize).toHaveBeenCalledTimes(2), 5000)
    expect(new Set(authorize.mock.calls.map(([request]) => request))).toEqual(new Set([requests[1]]))
  })

  test('is asked for apart where authorize could say different things', async () => {
    const { hub } = observedHub()
    const authorize = vi.fn<Judge>(() => ({ principal: 'ann' }))
    const requests = [as('first session'), as('second session'), streamRequest('', { query: '?board=7' })]
    await Promise.all(requests.map((request) => open({ hub, authorize, request })))
    authorize.mockClear()
    await vi.waitFor(() => expect(authorize.mock.calls.length).toBeGreaterThanOrEqual(3), 5000)
    expect(new Set(authorize.mock.calls.map(([request]) => request))).toEqual(new Set(requests))
  })

  test('is asked for stream by stream where there is no principal, 256 at one time', async () => {
    const { hub, ended } = observedHub()
    let isOpening = true
    let asking = 0
    let most = 0
    const answers: Array<() => void> = []
    const authorize: Judge = async () => {
      if (isOpening) return {}
      most = Math.max(most, ++asking)
      await new Promise<void>((resolve) => answers.push(resolve))
      asking--
      return {}
    }
    const options = { revalidateMs: 2000 }
    await Promise.all(Array.from({ length: 600 }, () => open({ hub, authorize, options })))
    isOpening = false
    await vi.waitFor(() => expect(answers.length).toBe(256), 10_000)
    let answered = 0
    while (answered < 600) {
      await vi.waitFor(() => expect(answers.length).toBeGreaterThan(0), 10_000)
      const batch = answers.splice(0)
      for (const answer of batch) answer()
      answered += batch.length
    }
    expect([most, ended]).toEqual([256, []])
  })
})

describe('a grant, a revocation and an admission that race', () => {
  test('end a stream whose new tags were revoked while they were asked for', async () => {
    const { hub, ended } = observedHub()
    let answer: ((grant: Admission<Ticks>) => void) | undefined
    let isFirst = true
    const authorize: Judge = () => {
      if (isFirst) return ((isFirst = false), { principal: 'ann', tags: ['a'] })
      return new Promise((resolve) => (answer = resolve))
    }
    const options = { revalidateMs: 1000 }
    const reader = await open({ hub, authorize, options })
    await vi.waitFor(() => expect(answer).toBeDefined(), 5000)
    expect(await hub.revoke({ tag: 'b' })).toBe(0)
    answer?.({ principal: 'ann', tags: ['b'] })
    await reader.rest()
    expect(ended).toEqual([{ principal: 'ann', cause: 'revoked' }])
  })

  test('keep the newer grant, whichever answer comes last', async () => {
    const { hub, ended } = observedHub()
    const answers: Array<(grant: Admission<Ticks>) => void> = []
    let isFirst = true
    const authorize: Judge = () => {
      if (isFirst) return ((isFirst = false), { principal: 'ann', tags: ['admitted'] })
      return new Promise((resolve) => answers.push(resolve))
    }
    const options = { revalidateMs: 1000 }
    await open({ hub, authorize, options })
    await vi.waitFor(() => expect(answers).toHaveLength(1), 5000)
    const second = open({ hub, authorize, options })
    await vi.waitFor(() => expect(answers).toHaveLength(2), 5000)
    answers[1]?.({ principal: 'ann', tags: ['newer'] })
    await second
    answers[0]?.({ principal: 'ann', tags: ['older'] })
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(await hub.revoke({ tag: 'older' })).toBe(0)
    expect(await hub.revoke({ tag: 'newer' })).toBe(2)
    expect(ended).toHaveLength(2)
  })

  test('ask nobody for HEAD and OPTIONS', async () => {
    const authorize = vi.fn<Judge>(() => ({}))
    for (const method of ['HEAD', 'OPTIONS']) {
      const route = { hub: createHub(), authorize, revalidateMs: BEAT_MS }
      await toResponse(streamRequest('', { method }), ticks, route)
    }
    expect(authorize).not.toHaveBeenCalled()
  })
})
