import { act, cleanup, render, renderHook, screen, waitFor } from '@testing-library/react'
import {
  Profiler,
  StrictMode,
  Suspense,
  lazy,
  memo,
  startTransition,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useState,
} from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { block, openBlock, scriptedServer } from '../test/scripted-server.ts'
import {
  defineStream,
  useEventStream,
  type EventStreamError,
  type GapItem,
  type PlainEvent,
} from './index.ts'
import { stores } from './stream-stores.ts'

const prices = defineStream<{ tick: { symbol: string; price: number } }>('prices')

// Streams outlive their components for a while: a URL of its own keeps each test apart from the others.
let count = 0
let url = ''
beforeEach(() => {
  url = `/events/${++count}`
})

afterEach(() => {
  cleanup()
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

/** Runs with timers that stand still, so that the test decides how long connections have lingered. */
function stopTimers(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
}

const add = (total: number, event: PlainEvent): number => total + Number(event.data)

test('shows the latest payload, the event it came with, and where the connection stands', async () => {
  const server = scriptedServer()
  const { result } = renderHook(() => useEventStream(url, { fetch: server.fetch }))
  expect(result.current).toMatchObject({ data: undefined, lastEvent: undefined, status: 'connecting' })
  await waitFor(() => expect(result.current.status).toBe('open'))
  server.latest.write('id: 7\nevent: greeting\ndata: hello\n\n')
  await waitFor(() => expect(result.current.data).toBe('hello'))
  expect(result.current.lastEvent).toEqual({
    type: 'greeting',
    data: 'hello',
    lastEventId: '7',
    replayed: false,
  })
  expect(result.current.error).toBeUndefined()
})

test('opens one connection for 20 components under StrictMode', async () => {
  const server = scriptedServer()
  function Reader() {
    return <li>{useEventStream(url, { fetch: server.fetch }).data}</li>
  }
  render(
    <StrictMode>
      {Array.from({ length: 20 }, (_, each) => (
        <Reader key={each} />
      ))}
    </StrictMode>,
  )
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.send('shared')
  await waitFor(() => expect(screen.getAllByText('shared')).toHaveLength(20))
  expect(server.exchanges).toHaveLength(1)
})

test('requests nothing while rendering', () => {
  const server = scriptedServer()
  function Reader(): ReactNode {
    useEventStream(url, { fetch: server.fetch })
    throw new Error('this render is thrown away')
  }
  expect(() => render(<Reader />)).toThrow('thrown away')
  expect(server.exchanges).toHaveLength(0)
})

test('folds 20 events of one chunk in order, in one render', async () => {
  const server = scriptedServer()
  let commits = 0
  function Reader() {
    const { data, status } = useEventStream(url, {
      fetch: server.fetch,
      initialValue: '',
      reducer: (text, event) => `${text}${event.data},`,
    })
    return (
      <p>
        {status} {data}
      </p>
    )
  }
  render(
    <Profiler id="reader" onRender={() => commits++}>
      <Reader />
    </Profiler>,
  )
  await screen.findByText('open')
  const before = commits
  const numbers = Array.from({ length: 20 }, (_, each) => String(each))
  server.latest.send(...numbers)
  await screen.findByText(`open ${numbers.join(',')},`)
  expect(commits - before).toBe(1)
})

test('runs a reducer once per event, also in StrictMode and when it is another function each time', async () => {
  const server = scriptedServer()
  const reduced: string[] = []
  const { result, rerender } = renderHook(
    () =>
      useEventStream(url, {
        fetch: server.fetch,
        initialValue: 0,
        reducer: (n, event) => {
          reduced.push(event.data)
          return n + 1
        },
      }),
    { reactStrictMode: true },
  )
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.send('a', 'b')
  await waitFor(() => expect(result.current.data).toBe(2))
  rerender()
  rerender()
  server.latest.send('c')
  await waitFor(() => expect(result.current.data).toBe(3))
  expect(reduced).toEqual(['a', 'b', 'c'])
})

test('folds with the reducer of the latest render', async () => {
  const server = scriptedServer()
  const { result, rerender } = renderHook(
    ({ factor }) =>
      useEventStream(url, {
        fetch: server.fetch,
        initialValue: 0,
        reducer: (sum, event) => sum + factor * Number(event.data),
      }),
    { initialProps: { factor: 1 } },
  )
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.send('1')
  await waitFor(() => expect(result.current.data).toBe(1))
  rerender({ factor: 100 })
  server.latest.send('1')
  await waitFor(() => expect(result.current.data).toBe(101))
})

test('keeps folds and parsers of one connection apart', async () => {
  const server = scriptedServer()
  const { fetch } = server
  const { result } = renderHook(() => ({
    sum: useEventStream(url, { fetch, initialValue: 0, reducer: add }).data,
    text: useEventStream(url, { fetch, initialValue: '', reducer: (all, event) => all + event.data }).data,
    number: useEventStream(url, { fetch, parse: Number }).data,
    list: useEventStream(url, { fetch, parse: (text) => [text] }).data,
  }))
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.send('1', '2', '3')
  await waitFor(() => expect(result.current).toEqual({ sum: 6, text: '123', number: 3, list: ['3'] }))
  expect(server.exchanges).toHaveLength(1)
})

test('gives a component that comes later the latest payload, and its fold only what comes from then on', async () => {
  const server = scriptedServer()
  const { fetch } = server
  const first = renderHook(() => useEventStream(url, { fetch }))
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.send('1', '2')
  await waitFor(() => expect(first.result.current.data).toBe('2'))
  const renders: (string | undefined)[] = []
  const later = renderHook(() => {
    const { data } = useEventStream(url, { fetch })
    renders.push(data)
    return { data, sum: useEventStream(url, { fetch, initialValue: 0, reducer: add }).data }
  })
  expect(renders[0]).toBe('2')
  expect(later.result.current).toEqual({ data: '2', sum: 0 })
  server.latest.send('3')
  await waitFor(() => expect(later.result.current).toEqual({ data: '3', sum: 3 }))
})

test('gives a component that comes later the latest payload among the types it names', async () => {
  const server = scriptedServer()
  const { result, rerender } = renderHook(
    ({ isLate }) => [
      useEventStream(url, { fetch: server.fetch }).data,
      useEventStream(url, { fetch: server.fetch, events: ['a', 'b'] }).data,
      useEventStream(url, { fetch: server.fetch, events: ['a', 'b'], enabled: isLate }).data,
    ],
    { initialProps: { isLate: false } },
  )
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.write('event: b\ndata: 1\n\nevent: a\ndata: 2\n\nevent: c\ndata: 3\n\n')
  await waitFor(() => expect(result.current).toEqual(['3', '2', undefined]))
  rerender({ isLate: true })
  await waitFor(() => expect(result.current).toEqual(['3', '2', '2']))
})

test('types the events of a channel and reads them by its contract', async () => {
  const server = scriptedServer()
  const { result } = renderHook(() =>
    useEventStream(prices, {
      url,
      fetch: server.fetch,
      initialValue: {},
      reducer: (board, event) => ({ ...board, [event.data.symbol]: event.data.price }),
    }),
  )
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.write(
    block('tick', { symbol: 'ACME', price: 12 }) + block('tick', { symbol: 'INIT', price: 7 }),
  )
  await waitFor(() => expect(result.current.data).toEqual({ ACME: 12, INIT: 7 }))
  server.latest.write('event: tick\ndata: not JSON\n\n' + block('tick', { symbol: 'ACME', price: 13 }))
  await waitFor(() => expect(result.current.data['ACME']).toBe(13))
  expect(result.current.error?.code).toBe('invalid-data')
})

test('replaces the state of a fold by a snapshot, and tells of a gap', async () => {
  const server = scriptedServer()
  const onGap = vi.fn<(gap: GapItem) => void>()
  const { result } = renderHook(() =>
    useEventStream(prices, {
      url,
      fetch: server.fetch,
      onGap,
      initialValue: {} as Record<string, number>,
      reducer: (board, event) => ({ ...board, [event.data.symbol]: event.data.price }),
    }),
  )
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.write(openBlock('fresh') + block('millrace.snapshot', { state: { ACME: 1 } }, 'e.1.t'))
  await waitFor(() => expect(result.current.data).toEqual({ ACME: 1 }))
  server.latest.write(block('tick', { symbol: 'INIT', price: 2 }, 'e.2.u'))
  await waitFor(() => expect(result.current.data).toEqual({ ACME: 1, INIT: 2 }))
  server.latest.write(
    block('millrace.gap', { reason: 'overflow', missed: 3 }) +
      block('millrace.snapshot', { state: { ACME: 9 } }, 'e.9.v'),
  )
  await waitFor(() => expect(result.current.data).toEqual({ ACME: 9 }))
  expect(onGap).toHaveBeenCalledOnce()
  expect(onGap.mock.lastCall?.[0]).toMatchObject({ data: { reason: 'overflow', missed: 3 } })
})

test('shows the latest event that is part of data, not one that the reducer refused', async () => {
  const server = scriptedServer()
  const { result } = renderHook(() =>
    useEventStream(url, {
      fetch: server.fetch,
      initialValue: '',
      reducer: (text, { data }) => {
        if (data === 'bad') throw new RangeError('bad')
        return text + data
      },
    }),
  )
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.send('good', 'bad')
  await waitFor(() => expect(result.current.error?.code).toBe('invalid-data'))
  expect(result.current).toMatchObject({ data: 'good', lastEvent: { data: 'good' } })
})

test('forgets what was refused when any component asks to reconnect', async () => {
  const server = scriptedServer()
  const { fetch } = server
  const { result } = renderHook(
    () => [useEventStream(url, { fetch, parse: JSON.parse }), useEventStream(url, { fetch })] as const,
  )
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.send('not JSON')
  await waitFor(() => expect(result.current[0].error?.code).toBe('invalid-data'))
  act(() => result.current[1].reconnect())
  expect(result.current[0].error).toBeUndefined()
})

test('keeps the state when a reducer throws, says so, and loses the event for nobody else', async () => {
  const server = scriptedServer()
  const { fetch } = server
  const { result } = renderHook(() => ({
    broken: useEventStream(url, {
      fetch,
      initialValue: 0,
      reducer: (sum, event) => {
        if (event.data === '2') throw new RangeError('no twos')
        return sum + Number(event.data)
      },
    }),
    whole: useEventStream(url, { fetch, initialValue: 0, reducer: add }),
  }))
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.send('1', '2', '3')
  await waitFor(() => expect(result.current.whole.data).toBe(6))
  expect(result.current.whole.error).toBeUndefined()
  expect(result.current.broken).toMatchObject({ data: 4, error: { code: 'invalid-data' } })
  expect(result.current.broken.error?.cause).toEqual(new RangeError('no twos'))
})

test('leaves out an event that parse refuses, for this component alone', async () => {
  const server = scriptedServer()
  const { fetch } = server
  const onEvent = vi.fn<(event: PlainEvent<unknown>) => void>()
  const { result } = renderHook(() => ({
    json: useEventStream<unknown>(url, { fetch, parse: JSON.parse, onEvent }),
    text: useEventStream(url, { fetch }),
  }))
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.send('{"a":1}', 'oops')
  await waitFor(() => expect(result.current.text.data).toBe('oops'))
  expect(result.current.json).toMatchObject({ data: { a: 1 }, error: { code: 'invalid-data' } })
  expect(onEvent).toHaveBeenCalledOnce()
})

test('calls onEvent once per event and component, in order, and survives one that throws', async () => {
  const server = scriptedServer()
  const heard: string[][] = [[], [], []]
  const onUncaught = vi.fn<(error: unknown) => void>()
  process.on('uncaughtException', onUncaught)
  function Listener({ list, throws }: { list: string[]; throws?: boolean }): ReactNode {
    useEventStream(url, {
      fetch: server.fetch,
      onEvent(event) {
        list.push(event.data)
        if (throws) throw new Error('a bug in a callback')
      },
    })
    return null
  }
  render(
    <StrictMode>
      <Listener list={heard[0] ?? []} />
      <Listener list={heard[1] ?? []} throws />
      <Listener list={heard[2] ?? []} />
    </StrictMode>,
  )
  await waitFor(() => expect(server.open).toHaveLength(1))
  const sent = Array.from({ length: 50 }, (_, each) => String(each))
  for (const data of sent) server.latest.send(data)
  await waitFor(() => expect(heard[2]).toHaveLength(50))
  process.off('uncaughtException', onUncaught)
  expect(heard).toEqual([sent, sent, sent])
  expect(onUncaught).toHaveBeenCalledTimes(50)
})

test('keeps the connection when a component comes back within the linger, and loses nothing', async () => {
  const server = scriptedServer()
  function Reader() {
    return <p>{useEventStream(url, { fetch: server.fetch }).data}</p>
  }
  const { rerender } = render(<Reader />)
  await waitFor(() => expect(server.open).toHaveLength(1))
  stopTimers()
  rerender(<i />)
  vi.advanceTimersByTime(4999)
  vi.useRealTimers()
  server.latest.send('meanwhile')
  rerender(<Reader />)
  await screen.findByText('meanwhile')
  expect(server.exchanges).toHaveLength(1)
  expect(server.open).toHaveLength(1)
})

/** Whether the test's stream has a store: those of others linger for a while. */
function isInUse(): boolean {
  return [...stores].some(({ key }) => key.includes(`${url}"`))
}

test('closes the connection and forgets the store after the linger', async () => {
  const server = scriptedServer()
  const { unmount } = renderHook(() => useEventStream(url, { fetch: server.fetch }))
  await waitFor(() => expect(server.open).toHaveLength(1))
  expect(isInUse()).toBe(true)
  stopTimers()
  unmount()
  vi.advanceTimersByTime(4999)
  expect(isInUse()).toBe(true)
  vi.advanceTimersByTime(1)
  vi.useRealTimers()
  await waitFor(() => expect(server.open).toHaveLength(0))
  await waitFor(() => expect(isInUse()).toBe(false))
})

test('lingers as long as it is told', async () => {
  const server = scriptedServer()
  const { unmount } = renderHook(() => useEventStream(url, { fetch: server.fetch, lingerMs: 0 }), {
    reactStrictMode: true,
  })
  await waitFor(() => expect(server.open).toHaveLength(1))
  unmount()
  await waitFor(() => expect(server.open).toHaveLength(0))
  expect(server.exchanges).toHaveLength(1)
})

test('closes the old connection and opens the new one when the URL changes', async () => {
  const server = scriptedServer()
  const renders: [string, string | undefined][] = []
  const { result, rerender } = renderHook(
    ({ path }) => {
      const { data } = useEventStream(path, { fetch: server.fetch })
      renders.push([path, data])
      return data
    },
    { initialProps: { path: url } },
  )
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.send('old')
  await waitFor(() => expect(result.current).toBe('old'))
  rerender({ path: `${url}/next` })
  await waitFor(() => expect(server.exchanges).toHaveLength(2))
  await waitFor(() => expect(server.open).toHaveLength(1))
  expect(server.latest.url).toMatch(/next$/)
  expect(renders.filter(([path, data]) => path !== url && data === 'old')).toEqual([])
})

test('shows nothing of the old user after the scope changed', async () => {
  const server = scriptedServer()
  const { result, rerender } = renderHook(
    ({ scope }) => useEventStream(url, { fetch: server.fetch, scope, initialValue: 0, reducer: add }),
    { initialProps: { scope: 'ada' } },
  )
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.send('5')
  await waitFor(() => expect(result.current.data).toBe(5))
  rerender({ scope: 'bob' })
  expect(result.current).toMatchObject({ data: 0, lastEvent: undefined, status: 'connecting' })
  await waitFor(() => expect(server.exchanges).toHaveLength(2))
})

test('lets no event of the old user meet the callbacks of the new one', async () => {
  const server = scriptedServer()
  const heard: string[] = []
  let logIn = (_scope: string): void => undefined
  function Inbox() {
    const [scope, setScope] = useState('ada')
    logIn = setScope
    const onEvent = ({ data }: PlainEvent): void => void heard.push(`${scope} hears ${data}`)
    useEventStream(url, { scope, fetch: server.fetch, onEvent })
    // After the commit, and before the effects that subscribe.
    useLayoutEffect(() => {
      if (scope === 'bob') server.exchanges[0]?.send('a secret of ada')
    }, [scope])
    return <p>{scope}</p>
  }
  function Other() {
    return <i>{useEventStream(url, { scope: 'ada', fetch: server.fetch }).data}</i>
  }
  render(
    <>
      <Inbox />
      <Other />
    </>,
  )
  await waitFor(() => expect(server.open).toHaveLength(1))
  // Outside act(), which would run the effects within the commit.
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', false)
  startTransition(() => logIn('bob'))
  await vi.waitFor(() => expect(server.exchanges).toHaveLength(2))
  await screen.findByText('a secret of ada')
  expect(heard).toEqual([])
})

test('returns the same object for as long as it is disabled', () => {
  const { result, rerender } = renderHook(() => useEventStream(url, { enabled: false }))
  const { current } = result
  rerender()
  expect(result.current).toBe(current)
})

test('shares a connection where fragments differ, or credentials are the default or named', async () => {
  const server = scriptedServer()
  const { fetch } = server
  renderHook(() => {
    useEventStream(url, { fetch })
    useEventStream(url, { fetch, credentials: 'same-origin' })
    useEventStream(`${url}#fragment`, { fetch })
  })
  await waitFor(() => expect(server.open).toHaveLength(1))
  await act(() => new Promise((resolve) => setTimeout(resolve)))
  expect(server.exchanges).toHaveLength(1)
})

test('shares by value: equal headers share a connection, other headers or credentials do not', async () => {
  const server = scriptedServer()
  const { fetch } = server
  renderHook(() => {
    useEventStream(url, { fetch, headers: { authorization: 'a' } })
    useEventStream(new URL(url, document.baseURI), { fetch, headers: new Headers({ Authorization: 'a' }) })
    useEventStream(url, { fetch, headers: [['authorization', 'b']] })
    useEventStream(url, { fetch, headers: { authorization: 'b' }, credentials: 'include' })
  })
  await waitFor(() => expect(server.open).toHaveLength(3))
  expect(server.exchanges.map(({ headers }) => headers.get('authorization'))).toEqual(['a', 'b', 'b'])
  expect(server.latest.init.credentials).toBe('include')
})

test('asks the latest headers function at each attempt', async () => {
  const server = scriptedServer()
  const { result, rerender } = renderHook(
    ({ token }) => useEventStream(url, { fetch: server.fetch, headers: () => ({ authorization: token }) }),
    { initialProps: { token: 'old' } },
  )
  await waitFor(() => expect(server.open).toHaveLength(1))
  rerender({ token: 'new' })
  act(() => result.current.reconnect())
  await waitFor(() => expect(server.exchanges).toHaveLength(2))
  expect(server.exchanges.map(({ headers }) => headers.get('authorization'))).toEqual(['old', 'new'])
})

test('connects when it is enabled, and keeps data and position when it is disabled', async () => {
  const server = scriptedServer()
  const { result, rerender } = renderHook(
    ({ enabled }) =>
      useEventStream(url, { fetch: server.fetch, enabled, lingerMs: 0, initialValue: 0, reducer: add }),
    { initialProps: { enabled: false } },
  )
  expect(result.current).toMatchObject({ data: 0, status: 'idle' })
  rerender({ enabled: true })
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.write('id: one\ndata: 1\n\n')
  await waitFor(() => expect(result.current.data).toBe(1))
  rerender({ enabled: false })
  expect(result.current).toMatchObject({ data: 1, status: 'idle' })
  await waitFor(() => expect(server.open).toHaveLength(0))
  rerender({ enabled: true })
  await waitFor(() => expect(server.open).toHaveLength(1))
  expect(server.latest.headers.get('last-event-id')).toBe('one')
  server.latest.send('2')
  await waitFor(() => expect(result.current.data).toBe(3))
})

test('makes requests as a mounted component asks, not as one that left', async () => {
  const server = scriptedServer()
  function Page({ token }: { token: string }) {
    useEventStream(url, { fetch: server.fetch, headers: () => ({ authorization: token }) })
    return null
  }
  const { rerender } = render(<Page key="before" token="old" />)
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.write('retry: 250\n\ndata: news\n\n')
  rerender(<Page key="after" token="new" />)
  server.latest.end()
  await waitFor(() => expect(server.exchanges).toHaveLength(2))
  expect(server.latest.headers.get('authorization')).toBe('new')
})

test('has failed where no request can be made, and says why', async () => {
  const { result } = renderHook(() => useEventStream('http://user:password@localhost/'))
  await waitFor(() => expect(result.current.status).toBe('failed'))
  expect(result.current.error).toMatchObject({ code: 'misconfigured', cause: expect.any(TypeError) })
  act(() => result.current.reconnect())
  expect(result.current.status).toBe('failed')
})

test('shows a new component what the others show', async () => {
  const server = scriptedServer()
  const { fetch } = server
  const Reader = memo(function Reader({ id }: { id: string }) {
    return <p data-testid={id}>{useEventStream(url, { fetch }).data}</p>
  })
  const page = (...ids: readonly string[]) => ids.map((id) => <Reader key={id} id={id} />)
  const { rerender } = render(page('first'))
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.send('old')
  await screen.findByText('old')
  // No frame comes, so that the next event is received but not shown.
  await act(() => new Promise((resolve) => setTimeout(resolve, 50)))
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
  server.latest.send('shown')
  await screen.findByText('shown')
  server.latest.send('due')
  await act(() => new Promise((resolve) => setTimeout(resolve)))
  rerender(page('first', 'second'))
  expect(screen.getAllByText('shown')).toHaveLength(2)
  await waitFor(() => expect(screen.getAllByText('due')).toHaveLength(2))
})

test('shares a connection between definitions of one name, and reads by the contract of each', async () => {
  const server = scriptedServer()
  const { fetch } = server
  const date = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value: unknown) => ({ value: new Date(String(value)) }),
    },
  } as const
  const text = defineStream<{ at: string }, { room: string }>('times')
  const dates = defineStream('times', { events: { at: date }, params: ['room'] })
  const { result } = renderHook(() => ({
    text: useEventStream(text({ room: 'a' }), { url, fetch }).data,
    date: useEventStream(dates({ room: 'a' }), { url, fetch }).data,
    same: useEventStream(dates({ room: 'a' }), { url, fetch }).data,
  }))
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.write(block('at', '2020-01-01T00:00:00.000Z'))
  const expected = new Date('2020-01-01T00:00:00.000Z')
  await waitFor(() =>
    expect(result.current).toEqual({ text: expected.toISOString(), date: expected, same: expected }),
  )
  expect(server.exchanges).toHaveLength(1)
})

test('closes for all components, and reconnects for all', async () => {
  const server = scriptedServer()
  const { fetch } = server
  const { result } = renderHook(
    () => [useEventStream(url, { fetch }), useEventStream(url, { fetch })] as const,
  )
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.write('id: 5\ndata: five\n\n')
  await waitFor(() => expect(result.current[1].data).toBe('five'))
  act(() => result.current[0].close())
  await waitFor(() => expect(result.current[1].status).toBe('closed'))
  expect(result.current[0].status).toBe('closed')
  await waitFor(() => expect(server.open).toHaveLength(0))
  act(() => result.current[1].reconnect())
  await waitFor(() => expect(result.current[0].status).toBe('open'))
  expect(server.latest.headers.get('last-event-id')).toBe('5')
  expect(result.current[0].data).toBe('five')
})

test('requests nothing where an effect closes it before it was opened', async () => {
  const server = scriptedServer()
  function Reader() {
    const { status, close } = useEventStream(url, { fetch: server.fetch })
    useEffect(close, [close])
    return <p>{status}</p>
  }
  render(<Reader />, { wrapper: StrictMode })
  await screen.findByText('closed')
  await act(() => new Promise((resolve) => setTimeout(resolve)))
  expect(server.exchanges).toHaveLength(0)
})

test('says why a connection failed, and tries again when asked', async () => {
  let status = 403
  const server = scriptedServer(() => (status === 200 ? undefined : new Response(null, { status })))
  const { result } = renderHook(() => useEventStream(url, { fetch: server.fetch }))
  await waitFor(() => expect(result.current.status).toBe('failed'))
  expect(result.current.error).toMatchObject({
    code: 'bad-status',
    status: 403,
  } satisfies Partial<EventStreamError>)
  status = 200
  act(() => result.current.reconnect())
  await waitFor(() => expect(result.current.status).toBe('open'))
  expect(result.current.error).toBeUndefined()
})

test('begins a finished stream anew when asked to reconnect', async () => {
  const server = scriptedServer()
  const { result } = renderHook(() => useEventStream(url, { fetch: server.fetch }))
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.write(openBlock('fresh') + block('millrace.end', { reason: 'done' }, 'millrace.end'))
  await waitFor(() => expect(result.current.status).toBe('done'))
  act(() => result.current.reconnect())
  await waitFor(() => expect(result.current.status).toBe('open'))
  expect(server.exchanges).toHaveLength(2)
  expect(server.latest.headers.has('last-event-id')).toBe(false)
})

test('returns the same object until something changes', async () => {
  const server = scriptedServer()
  const { result, rerender } = renderHook(() => useEventStream(url, { fetch: server.fetch }))
  await waitFor(() => expect(result.current.status).toBe('open'))
  const { current } = result
  rerender()
  expect(result.current).toBe(current)
  server.latest.write(': a heartbeat\n\n')
  server.latest.send('news')
  await waitFor(() => expect(result.current.data).toBe('news'))
  expect(result.current.reconnect).toBe(current.reconnect)
  expect(result.current.close).toBe(current.close)
})

test('does not reconnect when a sibling suspends', async () => {
  const server = scriptedServer()
  const Lazy = lazy(() => Promise.resolve({ default: () => <b>loaded</b> }))
  function Page() {
    const { data } = useEventStream(url, { fetch: server.fetch })
    const [isOpen, setOpen] = useState(false)
    return (
      <>
        <button onClick={() => setOpen(true)}>{data ?? 'nothing'}</button>
        {isOpen && <Lazy />}
      </>
    )
  }
  render(
    <Suspense>
      <Page />
    </Suspense>,
  )
  await waitFor(() => expect(server.open).toHaveLength(1))
  await act(async () => screen.getByRole('button').click())
  await screen.findByText('loaded')
  server.latest.send('after')
  await screen.findByText('after')
  expect(server.exchanges).toHaveLength(1)
})

test('opens one connection when the component itself suspends at first, and is tried again', async () => {
  const server = scriptedServer()
  const loading = Promise.withResolvers<void>()
  let isLoaded = false
  void loading.promise.then(() => (isLoaded = true))
  function Page() {
    const { data } = useEventStream(url, { fetch: server.fetch })
    // What a library for data does in React 18 and 19 alike.
    if (!isLoaded) throw loading.promise
    return <p>{data ?? 'loaded'}</p>
  }
  render(
    <StrictMode>
      <Suspense fallback="loading">
        <Page />
      </Suspense>
    </StrictMode>,
  )
  await screen.findByText('loading')
  expect(server.exchanges).toHaveLength(0)
  await act(async () => loading.resolve())
  await screen.findByText('loaded')
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.send('news')
  await screen.findByText('news')
  expect(server.exchanges).toHaveLength(1)
})

test.each([
  ['a channel without a URL', () => useEventStream(prices, { url: '' }).status],
  ['an empty URL', () => useEventStream('').status],
  ['a URL that cannot be parsed', () => useEventStream('http://[').status],
  ['headers that cannot be sent', () => useEventStream('/events', { headers: { name: '☃' } }).status],
])('refuses %s', (_, hook) => {
  expect(() => renderHook(hook)).toThrow(TypeError)
})
