import { act, cleanup, render, renderHook, screen, waitFor } from '@testing-library/react'
import { Component, Profiler, type ReactNode } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { scriptedServer, type ScriptedServer } from '../test/scripted-server.ts'
import { useEventStream, useEventStreamStatus } from './index.ts'

let count = 0
let url = ''
let server: ScriptedServer
beforeEach(() => {
  url = `/what-renders/${++count}`
  server = scriptedServer()
})

afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

async function connected(): Promise<void> {
  await waitFor(() => expect(server.open).toHaveLength(1))
}

/** Lets what is due happen, frames included. */
async function settle(): Promise<void> {
  await act(() => new Promise((resolve) => setTimeout(resolve, 50)))
}

function counted(children: ReactNode) {
  const commits = { count: 0 }
  const page = (
    <Profiler id="counted" onRender={() => (commits.count += 1)}>
      {children}
    </Profiler>
  )
  return { commits, page }
}

test('a component that reads data alone does not render when the status changes', async () => {
  function Data() {
    return <p>data {useEventStream(url, { fetch: server.fetch }).data}</p>
  }
  function Status() {
    return <i>{useEventStream(url, { fetch: server.fetch }).status}</i>
  }
  const { commits, page } = counted(<Data />)
  render(
    <>
      {page}
      <Status />
    </>,
  )
  await screen.findByText('open')
  server.latest.write('retry: 250\n\ndata: 1\n\n')
  await screen.findByText('data 1')
  const before = commits.count
  server.latest.end()
  await screen.findByText('waiting')
  await screen.findByText('open', {}, { timeout: 2000 })
  expect(commits.count).toBe(before)
})

test('a component that reads nothing does not render, and hears each event', async () => {
  const heard: string[] = []
  function Listener() {
    useEventStream(url, { fetch: server.fetch, onEvent: ({ data }) => void heard.push(data) })
    return null
  }
  const { commits, page } = counted(<Listener />)
  render(page)
  await connected()
  server.latest.send('1', '2', '3')
  await waitFor(() => expect(heard).toEqual(['1', '2', '3']))
  await settle()
  expect(commits.count).toBe(1)
})

test('a member that is read for the first time after the render is what it is by then', async () => {
  const { result } = renderHook(() => useEventStream(url, { fetch: server.fetch }))
  await connected()
  server.latest.send('late')
  await settle()
  expect(result.current).toMatchObject({ data: 'late', status: 'open', lastEvent: { data: 'late' } })
})

test('the status is read without a connection, or a say in one', async () => {
  const { result } = renderHook(() => useEventStreamStatus(url))
  await settle()
  expect(result.current).toBe('idle')
  const reader = renderHook(() => useEventStream(url, { fetch: server.fetch, lingerMs: 0 }))
  await waitFor(() => expect(result.current).toBe('open'))
  expect(server.exchanges).toHaveLength(1)
  act(() => reader.result.current.close())
  await waitFor(() => expect(result.current).toBe('closed'))
  reader.unmount()
  await waitFor(() => expect(result.current).toBe('idle'))
})

test('the status is told of another component that turns to another stream, and not within its commit', async () => {
  const complaints = vi.spyOn(console, 'error')
  function Status() {
    return <i>{useEventStreamStatus(url)}</i>
  }
  function Reader({ scope }: { scope?: string }) {
    return <p>{useEventStream(url, { fetch: server.fetch, scope }).data}</p>
  }
  const page = (reader: ReactNode) => (
    <>
      <Status />
      {reader}
    </>
  )
  const { rerender } = render(page(<Reader />))
  await screen.findByText('open')
  rerender(page(<Reader scope="bob" />))
  await screen.findByText('idle')
  expect(complaints).not.toHaveBeenCalled()
})

test('the status is that of the stream with the same scope and headers', async () => {
  const { result } = renderHook(() => {
    useEventStream(url, { fetch: server.fetch, scope: 'ada', headers: { a: '1' } })
    return [
      useEventStreamStatus(url, { scope: 'ada', headers: { a: '1' } }),
      useEventStreamStatus(url, { scope: 'bob', headers: { a: '1' } }),
      useEventStreamStatus(url, { scope: 'ada' }),
    ]
  })
  await waitFor(() => expect(result.current).toEqual(['open', 'idle', 'idle']))
})

test.each([
  ['frame', '1'],
  ['chunk', '4'],
  ['event', '4'],
] as const)('with flush "%s" shows %s before the next frame', async (flush, expected) => {
  // As in a frame that takes long: what comes behind the first news waits for it.
  vi.stubGlobal('requestAnimationFrame', () => 1)
  const { result } = renderHook(() => useEventStream(url, { fetch: server.fetch, flush }))
  await connected()
  await act(() => new Promise((resolve) => setTimeout(resolve, 300)))
  server.latest.send('1')
  await waitFor(() => expect(result.current.data).toBe('1'))
  server.latest.send('2', '3', '4')
  await act(() => new Promise((resolve) => setTimeout(resolve, 20)))
  expect(result.current.data).toBe(expected)
})

test.each([
  ['chunk', 1],
  ['event', 3],
] as const)('with flush "%s" tells React of three events in one chunk %i times', async (flush, times) => {
  const seen: (string | undefined)[] = []
  const select = (data: string | undefined) => {
    seen.push(data)
    return data
  }
  const { result } = renderHook(() => useEventStream(url, { fetch: server.fetch, flush, select }))
  await connected()
  await settle()
  seen.length = 0
  server.latest.send('1', '2', '3')
  await waitFor(() => expect(result.current.data).toBe('3'))
  expect(seen).toEqual(['1', '2', '3'].slice(-times))
})

class Boundary extends Component<{ children: ReactNode }, { error?: Error }> {
  override state: { error?: Error } = {}
  static getDerivedStateFromError = (error: Error) => ({ error })
  override render() {
    return this.state.error ? <b>{this.state.error.message}</b> : this.props.children
  }
}

test('a selector that throws is caught by the error boundary around its component', async () => {
  vi.spyOn(console, 'error').mockReturnValue()
  function Reader({ select }: { select?: (data?: string) => string }) {
    return <p>{useEventStream(url, { fetch: server.fetch, ...(select && { select }) }).data}</p>
  }
  const picky = (data?: string): string => {
    if (data === 'bad') throw new RangeError('a selector threw')
    return `fine: ${data}`
  }
  render(
    <>
      <Boundary>
        <Reader select={picky} />
      </Boundary>
      <Reader />
    </>,
  )
  await connected()
  server.latest.send('good')
  await screen.findByText('fine: good')
  server.latest.send('bad')
  await screen.findByText('a selector threw')
  await screen.findByText('bad')
  server.latest.send('others go on')
  expect(await screen.findByText('others go on')).toBeDefined()
})
