import { act, cleanup, render, renderHook, screen, waitFor } from '@testing-library/react'
import { Profiler, StrictMode, type ReactNode } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { block, openBlock, scriptedServer, type ScriptedServer } from '../test/scripted-server.ts'
import { defineFold, defineStream, useEventStream } from './index.ts'
import { stores } from './stream-stores.ts'

type Board = Readonly<Record<string, number>>

const prices = defineStream<{ tick: { symbol: string; price: number } }>('prices')
const rooms = defineStream<{ message: string }, { id: string }>('rooms')
const reduce = vi.fn<(board: Board, symbol: string, price: number) => Board>((board, symbol, price) => ({
  ...board,
  [symbol]: price,
}))
const board = defineFold(prices, {
  initialValue: {} as Board,
  reducer: (state, { data }) => reduce(state, data.symbol, data.price),
})

let count = 0
let url = ''
let server: ScriptedServer
beforeEach(() => {
  url = `/shared-folds/${++count}`
  server = scriptedServer()
  reduce.mockClear()
})

afterEach(() => {
  cleanup()
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const tick = (symbol: string, price: number, id?: string): string => block('tick', { symbol, price }, id)

function Price({ symbol }: { symbol: string }): ReactNode {
  const { data } = useEventStream(prices, {
    url,
    fetch: server.fetch,
    fold: board,
    select: (state) => state[symbol],
  })
  return (
    <li>
      {symbol} {data}
    </li>
  )
}

function Latest(): ReactNode {
  return <p>latest {useEventStream(prices, { url, fetch: server.fetch }).data?.price}</p>
}

async function connected(): Promise<void> {
  await waitFor(() => expect(server.open).toHaveLength(1))
}

/** Does something, and lets five seconds pass after it, which is how long connections linger. */
async function forLong(change: () => void): Promise<void> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  change()
  vi.advanceTimersByTime(5000)
  vi.useRealTimers()
}

test('is one for 20 components: its reducer runs once per event, also in StrictMode', async () => {
  render(
    <StrictMode>
      {Array.from({ length: 20 }, (_, each) => (
        <Price key={each} symbol="ACME" />
      ))}
    </StrictMode>,
  )
  await connected()
  server.latest.write(tick('ACME', 1) + tick('INIT', 2) + tick('ACME', 3))
  await waitFor(() => expect(screen.getAllByText('ACME 3')).toHaveLength(20))
  expect(reduce).toHaveBeenCalledTimes(3)
  expect(server.exchanges).toHaveLength(1)
})

test('renders whoever selects of it when the selection changes, and not else', async () => {
  const commits: Record<string, number> = { ACME: 0, INIT: 0 }
  render(
    ['ACME', 'INIT'].map((symbol) => (
      <Profiler key={symbol} id={symbol} onRender={(id) => (commits[id] = (commits[id] ?? 0) + 1)}>
        <Price symbol={symbol} />
      </Profiler>
    )),
  )
  await connected()
  server.latest.write(tick('INIT', 7))
  await screen.findByText('INIT 7')
  const before = { ...commits }
  server.latest.write(tick('ACME', 1))
  await screen.findByText('ACME 1')
  server.latest.write(tick('ACME', 2))
  await screen.findByText('ACME 2')
  expect(commits['INIT']).toBe(before['INIT'])
  expect(commits['ACME']).toBe((before['ACME'] ?? 0) + 2)
})

test('is selected from anew in the very render that brings another selector', async () => {
  const { rerender } = render(<Price symbol="ACME" />)
  await connected()
  server.latest.write(tick('ACME', 1) + tick('INIT', 2))
  await screen.findByText('ACME 1')
  rerender(<Price symbol="INIT" />)
  expect(screen.getByRole('listitem').textContent).toBe('INIT 2')
})

test('may be selected from by a function that makes a new object each time, and keeps one that is equal', async () => {
  const { result, rerender } = renderHook(() => {
    const options = { url, fetch: server.fetch, fold: board }
    const symbols = useEventStream(prices, { ...options, select: (state) => Object.keys(state) })
    const equal = useEventStream(prices, {
      ...options,
      select: (state) => Object.keys(state),
      isEqual: (before, after) => before.join() === after.join(),
    })
    return { symbols: symbols.data, equal: equal.data }
  })
  await connected()
  server.latest.write(tick('ACME', 1))
  await waitFor(() => expect(result.current.symbols).toEqual(['ACME']))
  const { equal } = result.current
  server.latest.write(tick('ACME', 2))
  await waitFor(() => expect(reduce).toHaveBeenCalledTimes(2))
  rerender()
  expect(result.current.equal).toBe(equal)
  server.latest.write(tick('INIT', 3))
  await waitFor(() => expect(result.current.equal).toEqual(['ACME', 'INIT']))
})

test('gives whoever comes later the state that all see, in the first render', async () => {
  const { rerender } = render(<Price symbol="ACME" />)
  await connected()
  server.latest.write(tick('ACME', 5))
  await screen.findByText('ACME 5')
  rerender([<Price key="one" symbol="ACME" />, <Price key="two" symbol="ACME" />])
  expect(screen.getAllByText('ACME 5')).toHaveLength(2)
  expect(reduce).toHaveBeenCalledTimes(1)
})

test('goes on while nobody reads it, for as long as the connection is kept', async () => {
  const page = (isRead: boolean) => (
    <>
      <Latest />
      {isRead && <Price symbol="ACME" />}
    </>
  )
  const { rerender } = render(page(true))
  await connected()
  server.latest.write(tick('ACME', 1))
  await screen.findByText('ACME 1')
  await forLong(() => rerender(page(false)))
  server.latest.write(tick('ACME', 2))
  await screen.findByText('latest 2')
  rerender(page(true))
  await screen.findByText('ACME 2')
  expect(server.exchanges).toHaveLength(1)
})

test('ends with the connection', async () => {
  const { unmount } = render(<Price symbol="ACME" />)
  await connected()
  server.latest.write(tick('ACME', 1))
  await screen.findByText('ACME 1')
  await forLong(unmount)
  await waitFor(() => expect(server.open).toHaveLength(0))
  render(<Price symbol="ACME" />)
  expect(screen.getByRole('listitem').textContent).toBe('ACME ')
  await connected()
  expect(server.latest.headers.has('last-event-id')).toBe(false)
})

test('is one per channel of a stream with parameters', async () => {
  const messages = defineFold(rooms, { initialValue: '', reducer: (all, { data }) => all + data })
  const { result } = renderHook(() =>
    ['a', 'b'].map(
      (id) =>
        useEventStream(rooms({ id }), { url: `${url}/${id}`, fetch: server.fetch, fold: messages }).data,
    ),
  )
  await waitFor(() => expect(server.open).toHaveLength(2))
  for (const exchange of server.open) {
    exchange.write(block('message', exchange.url.endsWith('a') ? 'to a' : 'to b'))
  }
  await waitFor(() => expect(result.current).toEqual(['to a', 'to b']))
})

test('of any stream reads data by its own parse, and counts the types it names', async () => {
  const sum = defineFold('/numbers', {
    parse: Number,
    events: ['add'],
    initialValue: 0,
    reducer: (total, event) => total + event.data,
  })
  const onEvent = vi.fn<(event: { data: number }) => void>()
  const { result } = renderHook(() => useEventStream(url, { fetch: server.fetch, fold: sum, onEvent }))
  await connected()
  server.latest.write('event: add\ndata: 2\n\nevent: mul\ndata: 10\n\nevent: add\ndata: 3\n\n')
  await waitFor(() => expect(result.current.data).toBe(5))
  expect(onEvent.mock.calls.map(([{ data }]) => data)).toEqual([2, 3])
})

test('begins with a snapshot of the page, and replaces its state by one of the route', async () => {
  const initialSnapshot = { state: { ACME: 1 }, lastEventId: 'e.1.t' }
  const { result } = renderHook(() =>
    [initialSnapshot, undefined].map(
      (snapshot) =>
        useEventStream(prices, {
          url,
          fetch: server.fetch,
          fold: board,
          ...(snapshot && { initialSnapshot: snapshot }),
        }).data,
    ),
  )
  await connected()
  expect(server.latest.headers.get('last-event-id')).toBe('e.1.t')
  server.latest.write(openBlock('resumed', 'e.1.t') + tick('INIT', 2, 'e.2.u'))
  await waitFor(() =>
    expect(result.current).toEqual([
      { ACME: 1, INIT: 2 },
      { ACME: 1, INIT: 2 },
    ]),
  )
  server.latest.write(block('millrace.snapshot', { state: { ACME: 9 } }, 'e.9.v'))
  await waitFor(() => expect(result.current).toEqual([{ ACME: 9 }, { ACME: 9 }]))
})

test('that comes late to a route with snapshots has one of its own, on another connection, which others share', async () => {
  const complaints = vi.spyOn(console, 'error').mockReturnValue()
  const page = (symbols: readonly string[]) => [
    <Latest key="latest" />,
    ...symbols.map((symbol) => <Price key={symbol} symbol={symbol} />),
  ]
  const { rerender } = render(page([]))
  await connected()
  server.latest.write(openBlock('fresh') + block('millrace.snapshot', { state: { ACME: 1 } }, 'e.1.t'))
  server.latest.write(tick('INIT', 2, 'e.2.u'))
  await screen.findByText('latest 2')
  rerender(page(['ACME', 'INIT']))
  await waitFor(() => expect(server.open).toHaveLength(2))
  expect(complaints).toHaveBeenCalledWith(expect.stringMatching(/another connection to .* is made/))
  expect(server.latest.headers.has('last-event-id')).toBe(false)
  server.latest.write(
    openBlock('fresh') + block('millrace.snapshot', { state: { ACME: 1, INIT: 2 } }, 'e.2.u'),
  )
  await screen.findByText('INIT 2')
  await screen.findByText('ACME 1')
  expect(server.exchanges).toHaveLength(2)
})

test('may be another one from one render to the next, on the same connection', async () => {
  const length = defineFold(prices, { initialValue: 0, reducer: (n) => n + 1 })
  const { result, rerender } = renderHook(
    ({ isBoard }) => {
      const options = { url, fetch: server.fetch }
      return isBoard
        ? useEventStream(prices, { ...options, fold: board }).data
        : useEventStream(prices, { ...options, fold: length }).data
    },
    { initialProps: { isBoard: true } },
  )
  await connected()
  server.latest.write(tick('ACME', 1))
  await waitFor(() => expect(result.current).toEqual({ ACME: 1 }))
  rerender({ isBoard: false })
  expect(result.current).toBe(0)
  server.latest.write(tick('ACME', 2))
  await waitFor(() => expect(result.current).toBe(1))
  rerender({ isBoard: true })
  expect(result.current).toEqual({ ACME: 2 })
  expect(server.exchanges).toHaveLength(1)
})

test('goes on where it is when Fast Refresh evaluates its module anew, unless it was edited', async () => {
  const define = () => defineFold(prices, { initialValue: 0, reducer: (n, { data }) => n + data.price })
  const edited = defineFold(prices, { initialValue: 0, reducer: (n) => n - 1 })
  const { result, rerender } = renderHook(
    ({ fold }) => useEventStream(prices, { url, fetch: server.fetch, fold }).data,
    { initialProps: { fold: define() } },
  )
  await connected()
  server.latest.write(tick('ACME', 1) + tick('ACME', 2))
  await waitFor(() => expect(result.current).toBe(3))
  rerender({ fold: define() })
  server.latest.write(tick('ACME', 4))
  await waitFor(() => expect(result.current).toBe(7))
  rerender({ fold: edited })
  server.latest.write(tick('ACME', 4))
  await waitFor(() => expect(result.current).toBe(-1))
  expect(server.exchanges).toHaveLength(1)
})

test('defined in render does no harm but to itself, and developers are told', async () => {
  const complaints = vi.spyOn(console, 'error').mockReturnValue()
  const { result, rerender } = renderHook(() => {
    const fold = defineFold(prices, { initialValue: 0, reducer: (n) => n + 1 })
    return useEventStream(prices, { url, fetch: server.fetch, lingerMs: 0, fold })
  })
  await connected()
  for (let each = 0; each < 150; each++) {
    rerender()
    await act(() => new Promise((resolve) => setTimeout(resolve)))
  }
  expect(complaints).toHaveBeenCalledWith(expect.stringMatching(/call defineFold outside/))
  const [store] = [...stores].filter(({ key }) => key.includes(url))
  expect(store?.folds.size).toBeLessThan(110)
  expect(result.current.data).toBe(0)
  expect(server.exchanges).toHaveLength(1)
})
