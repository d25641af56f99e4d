import { act, cleanup, render, renderHook, screen, waitFor } from '@testing-library/react'
import { StrictMode } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { block, scriptedServer, type ScriptedServer } from '../test/scripted-server.ts'
import { defineStream, useEventStream, type PlainEvent } from './index.ts'

const options = { events: { placed: z.object({ total: z.number() }) } }
const orders = defineStream('orders', options)
const strictOrders = defineStream('orders', { ...options, invalidData: 'fail' })

let count = 0
let url = ''
let server: ScriptedServer
beforeEach(() => {
  url = `/bad-input/${++count}`
  server = scriptedServer()
})

afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
})

async function connected(): Promise<void> {
  await waitFor(() => expect(server.open).toHaveLength(1))
}

/** Lets everything that was put off to the end of the task happen. */
async function endOfTask(): Promise<void> {
  await act(() => new Promise((resolve) => setTimeout(resolve)))
}

test('data that a schema refuses is left out, the stream goes on, and error says so until reconnect()', async () => {
  const complaints = vi.spyOn(console, 'error').mockReturnValue()
  const onEvent = vi.fn<(event: unknown) => void>()
  const { result } = renderHook(() => useEventStream(orders, { url, fetch: server.fetch, onEvent }))
  await connected()
  server.latest.write(
    block('placed', { total: 1 }) + block('placed', { total: 'two' }) + block('cancelled', {}),
  )
  await waitFor(() => expect(result.current.error?.code).toBe('invalid-data'))
  expect(result.current).toMatchObject({ data: { total: 1 }, status: 'open' })
  expect(onEvent).toHaveBeenCalledOnce()
  // Once, though two were refused: a stream of bad events must not flood the console.
  expect(complaints.mock.calls).toEqual([
    [expect.stringMatching(/the data of an event was refused/), expect.any(Error)],
  ])
  act(() => result.current.reconnect())
  expect(result.current.error).toBeUndefined()
})

test('data that a contract with invalidData "fail" refuses ends the stream for all, until reconnect()', async () => {
  const { result } = renderHook(() => [
    useEventStream(strictOrders, { url, fetch: server.fetch }),
    useEventStream(orders, { url, fetch: server.fetch }),
  ])
  await connected()
  server.latest.write(block('placed', { total: 1 }, '1') + block('placed', {}, '2'))
  await waitFor(() => expect(result.current.map(({ status }) => status)).toEqual(['failed', 'failed']))
  expect(result.current.map(({ error }) => error?.code)).toEqual(['invalid-data', 'invalid-data'])
  await waitFor(() => expect(server.open).toHaveLength(0))
  act(() => result.current[0]?.reconnect())
  await waitFor(() => expect(result.current[0]?.status).toBe('open'))
  expect(server.latest.headers.get('last-event-id')).toBe('2')
})

test('a reducer that throws leaves the state as it is, and developers are told', async () => {
  const complaints = vi.spyOn(console, 'error').mockReturnValue()
  const reducer = (n: number, { data }: PlainEvent): number => {
    if (data === 'bad') throw new RangeError('bad')
    return n + 1
  }
  const { result } = renderHook(() => useEventStream(url, { fetch: server.fetch, initialValue: 0, reducer }))
  await connected()
  server.latest.send('good', 'bad', 'good', 'bad')
  await waitFor(() => expect(result.current).toMatchObject({ data: 2, error: { code: 'invalid-data' } }))
  expect(complaints.mock.calls).toEqual([[expect.stringMatching(/a reducer threw/), new RangeError('bad')]])
})

test('a URL that is another one at each render has one connection at a time, and developers are told', async () => {
  const complaints = vi.spyOn(console, 'error').mockReturnValue()
  let renders = 0
  const { rerender } = renderHook(() => useEventStream(`${url}?t=${++renders}`, { fetch: server.fetch }).data)
  for (let each = 0; each < 12; each++) {
    rerender()
    await endOfTask()
    expect(server.open.length).toBeLessThanOrEqual(1)
  }
  expect(complaints).toHaveBeenCalledWith(
    expect.stringMatching(/another URL, scope, body or headers at each render/),
  )
  await connected()
  expect(server.latest.url).toMatch(new RegExp(`t=${renders}$`))
})

test('a URL of the current time does not render for ever', async () => {
  const onRender = vi.fn<() => void>()
  const { unmount } = renderHook(() => {
    onRender()
    return useEventStream(`${url}?t=${performance.now()}`, { fetch: server.fetch })
  })
  await endOfTask()
  expect(onRender.mock.calls.length).toBeLessThan(10)
  unmount()
})

test('options that are new objects at each render change nothing', async () => {
  const { result, rerender } = renderHook(() =>
    useEventStream(new URL(url, document.baseURI), {
      fetch: (input, init) => server.fetch(input, init),
      headers: { a: '1' },
      initialValue: [] as readonly string[],
      reducer: (all, { data }) => [...all, data],
      select: (all) => all,
      isEqual: (before, after) => before === after,
      events: ['message'],
      limits: {},
    }),
  )
  await connected()
  const { current } = result
  expect(current.data).toEqual([])
  rerender()
  expect(result.current).toBe(current)
  server.latest.send('1')
  await waitFor(() => expect(result.current.data).toEqual(['1']))
  rerender()
  server.latest.send('2')
  await waitFor(() => expect(result.current.data).toEqual(['1', '2']))
  expect(server.exchanges).toHaveLength(1)
})

test('a component that leaves while the request is under way ends it, and hears no more of it', async () => {
  const onEvent = vi.fn<(event: unknown) => void>()
  let signal: AbortSignal | undefined
  const { promise, resolve } = Promise.withResolvers<Response>()
  const fetch = (_: string, init: RequestInit): Promise<Response> => {
    signal = init.signal ?? undefined
    return promise
  }
  function Reader() {
    return <p>{useEventStream(url, { fetch, onEvent, lingerMs: 0 }).status}</p>
  }
  const complaints = vi.spyOn(console, 'error').mockReturnValue()
  const { unmount } = render(<Reader />, { wrapper: StrictMode })
  await waitFor(() => expect(signal).toBeDefined())
  unmount()
  await waitFor(() => expect(signal?.aborted).toBe(true))
  resolve(new Response('data: 1\n\n', { headers: { 'content-type': 'text/event-stream' } }))
  await endOfTask()
  expect(onEvent).not.toHaveBeenCalled()
  expect(complaints).not.toHaveBeenCalled()
})

test('of two hooks with one key each reads by its own options, and the first one there makes the requests', async () => {
  const { fetch } = server
  const other = vi.fn<typeof fetch>()
  const { result } = renderHook(() => [
    useEventStream(url, { fetch, parse: Number }).data,
    useEventStream(url, { fetch: other, parse: (text) => [text] }).data,
    useEventStream(url, { fetch, events: ['other'] }).data,
  ])
  await connected()
  server.latest.send('1')
  await waitFor(() => expect(result.current).toEqual([1, ['1'], undefined]))
  expect(other).not.toHaveBeenCalled()
})

test('of two hooks with one key that do not agree on an option of the connection developers are told', async () => {
  const complaints = vi.spyOn(console, 'error').mockReturnValue()
  const { fetch } = server
  renderHook(() => {
    useEventStream(url, { fetch })
    useEventStream(url, { fetch, heartbeatMs: 1000 })
    useEventStream(url, { fetch, isDone: () => false })
  })
  await connected()
  expect(complaints.mock.calls).toEqual([[expect.stringMatching(/do not agree on heartbeatMs/)]])
})

test('the types that are named count, and no others', async () => {
  const onEvent = vi.fn<(event: PlainEvent) => void>()
  const { result } = renderHook(() => useEventStream(url, { fetch: server.fetch, events: ['a'], onEvent }))
  await connected()
  server.latest.write('event: a\ndata: 1\n\nevent: b\ndata: 2\n\nevent: a\ndata: 3\n\nevent: b\ndata: 4\n\n')
  await waitFor(() => expect(result.current.data).toBe('3'))
  expect(result.current.lastEvent?.type).toBe('a')
  expect(onEvent.mock.calls.map(([{ data }]) => data)).toEqual(['1', '3'])
})

test('another method or body is another stream', async () => {
  const { fetch } = server
  renderHook(() => {
    useEventStream(url, { fetch })
    useEventStream(url, { fetch, method: 'GET' })
    useEventStream(url, { fetch, method: 'POST', body: 'a' })
    useEventStream(url, { fetch, method: 'POST', body: 'b' })
  })
  await waitFor(() => expect(server.open).toHaveLength(3))
  expect(server.exchanges.map(({ init }) => [init.method ?? 'GET', init.body])).toEqual([
    ['GET', undefined],
    ['POST', 'a'],
    ['POST', 'b'],
  ])
})

test('options of the connection are those of the component that makes it', async () => {
  const { result } = renderHook(() =>
    useEventStream(url, { fetch: server.fetch, isDone: ({ data }) => data === '[DONE]' }),
  )
  await connected()
  server.latest.send('last', '[DONE]')
  await waitFor(() => expect(result.current).toMatchObject({ data: 'last', status: 'done' }))
})

test('a stream that breaks off before anybody rendered is shown as it is', async () => {
  const refusing = scriptedServer(() => new Response(null, { status: 403 }))
  function Reader() {
    const { status, error } = useEventStream(url, { fetch: refusing.fetch })
    return (
      <p>
        {status} {error?.status}
      </p>
    )
  }
  render(<Reader />)
  expect(await screen.findByText('failed 403')).toBeDefined()
})
