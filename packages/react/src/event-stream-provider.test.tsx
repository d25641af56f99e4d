import { act, cleanup, render, renderHook, screen, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { scriptedServer } from '../test/scripted-server.ts'
import {
  EventStreamProvider,
  useEventStream,
  useEventStreamRequest,
  useEventStreamStatus,
  type EventStreamProviderProps,
} from './index.ts'

let count = 0
let url = ''
beforeEach(() => {
  url = `/provider/${++count}`
})

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

function Reader(options: Partial<EventStreamProviderProps>) {
  return <p>{useEventStream(url, options).data ?? 'nothing'}</p>
}

test('gives defaults to all hooks below it', async () => {
  const server = scriptedServer()
  const wrapper = ({ children }: { children: ReactNode }) => (
    <EventStreamProvider fetch={server.fetch} headers={{ authorization: 'token' }} credentials="include">
      {children}
    </EventStreamProvider>
  )
  const { result } = renderHook(
    () => ({
      stream: useEventStream(url),
      status: useEventStreamStatus(url),
      request: useEventStreamRequest(`${url}/answer`),
    }),
    { wrapper },
  )
  await waitFor(() => expect(result.current.status).toBe('open'))
  act(() => result.current.request.start())
  await waitFor(() => expect(server.exchanges).toHaveLength(2))
  for (const { init, headers } of server.exchanges) {
    expect(init.credentials).toBe('include')
    expect(headers.get('authorization')).toBe('token')
  }
})

test('goes behind the options of a hook and those of a provider further in, where they are not undefined', async () => {
  const server = scriptedServer()
  render(
    <EventStreamProvider fetch={server.fetch} scope="outer" headers={{ 'x-from': 'outer' }}>
      <EventStreamProvider headers={{ 'x-from': 'inner' }} scope={undefined}>
        <Reader />
        <Reader headers={{ 'x-from': 'hook' }} />
        <Reader headers={undefined} />
      </EventStreamProvider>
    </EventStreamProvider>,
  )
  await waitFor(() => expect(server.open).toHaveLength(2))
  expect(server.exchanges.map(({ headers }) => headers.get('x-from'))).toEqual(['inner', 'hook'])
})

test('keeps the streams of its fetch apart, so that tests with the same URL share nothing', async () => {
  const servers = [scriptedServer(), scriptedServer()]
  for (const { fetch } of servers) {
    const { unmount } = render(
      <EventStreamProvider fetch={fetch}>
        <Reader />
      </EventStreamProvider>,
    )
    // Its connection lingers; the next one is another all the same.
    await waitFor(() => expect(servers.filter(({ open }) => open.length > 0).length).toBeGreaterThan(0))
    unmount()
  }
  await waitFor(() => expect(servers.map(({ exchanges }) => exchanges.length)).toEqual([1, 1]))
})

test('moves the hooks below it to other streams when it is given a fetch', async () => {
  const [before, after] = [scriptedServer(), scriptedServer()]
  vi.stubGlobal('fetch', before.fetch)
  function Both() {
    return `${useEventStreamStatus(url)} ${useEventStream(url).data}`
  }
  const page = (fetch?: EventStreamProviderProps['fetch']) => (
    <EventStreamProvider fetch={fetch}>
      <Both />
    </EventStreamProvider>
  )
  const { rerender } = render(page())
  await screen.findByText('open undefined')
  before.latest.send('before')
  await screen.findByText('open before')
  rerender(page(after.fetch))
  await screen.findByText('open undefined')
  expect(before.open).toHaveLength(0)
  after.latest.send('after')
  expect(await screen.findByText('open after')).toBeDefined()
})

test('shows nothing of one user to the next one whose scope it is given', async () => {
  const server = scriptedServer()
  const page = (scope: string) => (
    <EventStreamProvider fetch={server.fetch} scope={scope} lingerMs={60_000}>
      <Reader />
    </EventStreamProvider>
  )
  const { rerender } = render(page('ada'))
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.send('a secret of ada')
  await screen.findByText('a secret of ada')
  rerender(page('bob'))
  expect(screen.getByText('nothing')).toBeDefined()
  await waitFor(() => expect(server.exchanges).toHaveLength(2))
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.send('news for bob')
  await screen.findByText('news for bob')
})
