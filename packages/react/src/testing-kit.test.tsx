import { createFakeSource } from '@millrace/client/testing'
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { StrictMode } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { defineStream, useEventStream, useEventStreamRequest } from './index.ts'
import type { EventStreamOptions } from './index.ts'

const prices = defineStream<{ tick: { symbol: string; price: number } }>('prices')
type Fetch = EventStreamOptions<unknown>['fetch']

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0)
})
afterEach(async () => {
  cleanup()
  // The next test has the same URL, and a source of its own: nothing lingers.
  await vi.advanceTimersByTimeAsync(0)
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** Lets so much time pass, and the component render what came of it. */
const pass = (ms: number): Promise<unknown> => act(() => vi.advanceTimersByTimeAsync(ms))
/** More than a frame: what arrived is shown. */
const FRAME_MS = 50

function Board({ fetch }: { fetch: Fetch }) {
  const { data, status, error } = useEventStream(prices, {
    url: '/api/prices',
    fetch,
    lingerMs: 0,
    initialValue: {} as Record<string, number>,
    reducer: (board, { data: { symbol, price } }) => ({ ...board, [symbol]: price }),
  })
  return (
    <p role="status">
      {status} {error?.code ?? 'well'} {JSON.stringify(data)}
    </p>
  )
}

const shown = (): string | null => screen.getByRole('status').textContent

test('a component is tested without a server: it shows events, a break, and what it missed', async () => {
  const source = createFakeSource(prices)
  render(<Board fetch={source.fetch} />, { wrapper: StrictMode })
  await pass(FRAME_MS)
  expect(shown()).toBe('open well {}')

  source.emit({ type: 'tick', data: { symbol: 'ACME', price: 1 } })
  await pass(FRAME_MS)
  expect(shown()).toBe('open well {"ACME":1}')

  source.cut({ afterBytes: 17 })
  source.emit({ type: 'tick', data: { symbol: 'ACME', price: 2 } })
  await pass(FRAME_MS)
  expect(shown()).toBe('waiting network {"ACME":1}')

  await pass(3000)
  expect(shown()).toBe('open well {"ACME":2}')
  expect(source.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', 'prices.1.t1'])
})

test('a component is tested against a server that refuses, stalls, and begins with a snapshot', async () => {
  const source = createFakeSource(prices, { snapshot: () => ({ ACME: 9 }), heartbeatMs: 10_000 })
  source.answer({ status: 503, headers: { 'retry-after': '20' } })
  render(<Board fetch={source.fetch} />)
  await pass(FRAME_MS)
  expect(shown()).toBe('waiting bad-status {}')
  await pass(20_000)
  expect(shown()).toBe('open well {"ACME":9}')

  source.stall()
  await pass(26_000)
  expect(shown()).toBe('waiting network {"ACME":9}')
  source.flow()
  await pass(3000)
  expect(shown()).toBe('open well {"ACME":9}')

  cleanup()
  await pass(FRAME_MS)
  expect(source.latestRequest.isOpen).toBe(false)
})

function Chat({ fetch }: { fetch: Fetch }) {
  const chat = useEventStreamRequest('/api/chat', {
    fetch,
    initialValue: '',
    reducer: (text, event) => text + event.data,
  })
  return (
    <>
      <button onClick={() => chat.start({ prompt: 'Hi' })}>Ask</button>
      <p role="status">
        {chat.status}: {chat.data}
      </p>
    </>
  )
}

test('an answer is tested word by word, and the request by what it sent', async () => {
  const source = createFakeSource()
  render(<Chat fetch={source.fetch} />)
  fireEvent.click(screen.getByText('Ask'))
  await pass(FRAME_MS)
  source.open()
  source.emit({ data: 'Once' })
  await pass(FRAME_MS)
  expect(shown()).toBe('open: Once')
  source.emit({ data: ' upon a time' })
  source.end()
  await pass(FRAME_MS)
  expect(shown()).toBe('done: Once upon a time')
  expect(source.requests).toMatchObject([{ method: 'POST', url: '/api/chat', body: '{"prompt":"Hi"}' }])
})
