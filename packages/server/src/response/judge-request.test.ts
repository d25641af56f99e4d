import { EventStreamError } from '@millrace/core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { BlockReader, streamRequest } from '../../test/block-reader.ts'
import { createHub, ticks } from '../../test/create-hub.ts'
import type { Refusal } from '../admission/refusal.ts'
import type { Hub, HubOptions } from '../index.ts'
import { memoryBackplane } from '../log/memory-backplane.ts'
import { toResponse } from './to-response.ts'

interface Observed {
  readonly hub: Hub
  readonly refusals: Refusal[]
  readonly errors: unknown[]
}

function observedHub(options: HubOptions = {}): Observed {
  const refusals: Refusal[] = []
  const errors: unknown[] = []
  const observer = {
    onRefuse: (refusal: Refusal) => void refusals.push(refusal),
    onError: (error: unknown) => void errors.push(error),
  }
  return { hub: createHub({ ...options, observer }), refusals, errors }
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))
afterEach(async () => {
  vi.useRealTimers()
  // A rejection that nobody handles fails the run; it has the time to show.
  await settled()
})

describe('an authorize that hangs', () => {
  test('is given up, its client asked to return later, and its late grant ignored', async () => {
    const { hub, refusals, errors } = observedHub({ drainMs: 1000 })
    let grant: (admission: object) => void = () => undefined
    const authorize = (): Promise<object> => new Promise((resolve) => (grant = resolve))
    const response = await toResponse(streamRequest(), ticks, { hub, authorize, authorizeTimeoutMs: 10 })
    expect(response.status).toBe(200)
    expect(await response.text()).toMatch(/^retry: \d+\n\n$/)
    expect(errors).toMatchObject([
      { code: 'unavailable', message: expect.stringContaining('authorizeTimeoutMs') },
    ])
    expect(refusals).toEqual([{ reason: 'unavailable', channel: 'ticks', principal: undefined }])
    grant({})
    await settled()
    expect(hub.inspect()).toMatchObject({ streams: 0, pending: 0 })
  })

  test('may throw whenever it likes after that', async () => {
    const { hub } = observedHub()
    let fail: (error: Error) => void = () => undefined
    const authorize = (): Promise<object> => new Promise((_, reject) => (fail = reject))
    const post = new Request('http://localhost/')
    const response = await toResponse(post, ticks, { hub, authorize, authorizeTimeoutMs: 10 })
    expect(response.status).toBe(503)
    fail(new Error('late'))
  })

  test('holds nothing once its client has left', async () => {
    const { hub, refusals, errors } = observedHub()
    const abort = new AbortController()
    let grant: (admission: object) => void = () => undefined
    const authorize = (): Promise<object> => new Promise((resolve) => (grant = resolve))
    const answer = toResponse(streamRequest('', { signal: abort.signal }), ticks, { hub, authorize })
    expect(hub.inspect().pending).toBe(1)
    abort.abort()
    await answer
    expect(hub.inspect()).toMatchObject({ streams: 0, pending: 0 })
    grant({ principal: 'ann' })
    await settled()
    expect(hub.inspect()).toMatchObject({ streams: 0, pending: 0 })
    expect([refusals, errors]).toEqual([[], []])
  })

  test.each([
    [{ authorizeTimeoutMs: 0 }, 'authorizeTimeoutMs'],
    [{ authorizeTimeoutMs: Infinity }, 'authorizeTimeoutMs'],
    [{ revalidateMs: -1, authorize: () => ({}) }, 'revalidateMs'],
    [{ revalidateMs: 1000 }, 'authorize'],
  ])('cannot be given the time %j', async (options, name) => {
    await expect(toResponse(streamRequest(), ticks, { hub: createHub(), ...options })).rejects.toThrow(name)
  })
})

test('a request that its client gave up before it was looked at is judged by nobody', async () => {
  const authorize = vi.fn<() => object>(() => ({}))
  const request = streamRequest('', { signal: AbortSignal.abort() })
  await toResponse(request, ticks, { hub: createHub(), authorize })
  expect(authorize).not.toHaveBeenCalled()
})

describe('a channel that a request asks for', () => {
  test('may be none, and then the answer says so', async () => {
    const { hub, refusals } = observedHub()
    const authorize = vi.fn<() => object>(() => ({}))
    const bind = async (): Promise<Response> => new Response(null, { status: 400 })
    const response = await hub.respondBound(streamRequest(), bind, { authorize })
    expect(response.status).toBe(400)
    expect(authorize).not.toHaveBeenCalled()
    expect(refusals).toEqual([{ reason: 'params', channel: undefined, principal: undefined }])
  })

  test('is found before authorize is asked, with its parameters, and within the same time', async () => {
    const { hub } = observedHub()
    const authorize = vi.fn<(request: Request, params: { id: string }) => object>(() => ({}))
    const bind = async () => ({ channel: ticks, params: { id: '7' } })
    const reader = new BlockReader(await hub.respondBound(streamRequest(), bind, { authorize }))
    expect((await reader.event()).type).toBe('millrace.open')
    expect(authorize).toHaveBeenCalledWith(expect.any(Request), { id: '7' })
    const never = (): Promise<never> => new Promise(() => undefined)
    const late = await hub.respondBound(streamRequest(), never, { authorizeTimeoutMs: 10 })
    expect(await late.text()).toMatch(/^retry: /)
  })
})

describe('a backplane that never answers', () => {
  const cases = [
    ['to arm the tail of a channel', 'tail', 'ticks'],
    ['the first read', 'read', 'ticks'],
    ['to arm the tail of revocations', 'tail', 'millrace.control'],
  ] as const

  test.each(cases)('%s holds a request for ten seconds, and no longer', async (_, method, channel) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const backplane = memoryBackplane()
    const answers = backplane[method].bind(backplane) as (...args: unknown[]) => unknown
    vi.spyOn(backplane, method).mockImplementation(((...args: unknown[]) =>
      args[0] === channel ? new Promise(() => undefined) : answers(...args)) as never)
    const { hub, errors } = observedHub({ backplane })
    let text: string | undefined
    void toResponse(streamRequest(), ticks, { hub }).then(async (response) => {
      text = await response.text()
    })
    await vi.advanceTimersByTimeAsync(9900)
    expect([text, errors]).toEqual([undefined, []])
    await vi.advanceTimersByTimeAsync(200)
    expect(text).toMatch(/^retry: \d+\n\n$/)
    expect(errors.filter((error) => EventStreamError.is(error))).toMatchObject([{ code: 'unavailable' }])
    expect(hub.inspect()).toMatchObject({ streams: 0, pending: 0 })
  })
})
