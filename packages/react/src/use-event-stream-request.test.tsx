import { act, cleanup, render, renderHook, screen, waitFor } from '@testing-library/react'
import { StrictMode, useEffect, useLayoutEffect } from 'react'
import { createRoot } from 'react-dom/client'
import { afterEach, expect, test, vi } from 'vitest'
import { block, openBlock, scriptedServer } from '../test/scripted-server.ts'
import { useEventStreamRequest, type PlainEvent } from './index.ts'

afterEach(cleanup)

/** Lets everything that was put off to the end of the task happen. */
async function endOfTask(): Promise<void> {
  await act(() => new Promise((resolve) => setTimeout(resolve)))
}

const END = block('millrace.end', { reason: 'done' }, 'millrace.end')

function chatWith(server: ReturnType<typeof scriptedServer>) {
  return renderHook(
    () =>
      useEventStreamRequest('/api/chat', {
        fetch: server.fetch,
        initialValue: '',
        reducer: (text, e) => text + e.data,
      }),
    { reactStrictMode: true },
  )
}

test('sends nothing before start, then one POST of JSON, and folds the answer', async () => {
  const server = scriptedServer()
  const { result } = chatWith(server)
  await endOfTask()
  expect(server.exchanges).toHaveLength(0)
  expect(result.current).toMatchObject({ data: '', status: 'idle', pending: false })
  act(() => result.current.start({ prompt: 'tell' }))
  expect(result.current).toMatchObject({ data: '', status: 'connecting', pending: true })
  await waitFor(() => expect(result.current.status).toBe('open'))
  expect(server.latest.init).toMatchObject({ method: 'POST', body: '{"prompt":"tell"}' })
  expect(server.latest.headers.get('content-type')).toBe('application/json')
  server.latest.write(openBlock('fresh'))
  server.latest.send('Once', 'upon a time')
  await waitFor(() => expect(result.current.data).toBe('Onceupon a time'))
  expect(result.current.pending).toBe(true)
  server.latest.write(END)
  await waitFor(() => expect(result.current).toMatchObject({ status: 'done', pending: false }))
  expect(result.current).toMatchObject({ data: 'Onceupon a time', error: undefined })
  expect(server.exchanges).toHaveLength(1)
})

test('gives the latest payload without a reducer, parsed where asked', async () => {
  const server = scriptedServer()
  const onEvent = vi.fn<(event: PlainEvent<{ n: number }>) => void>()
  const { result } = renderHook(() =>
    useEventStreamRequest<{ n: number }>('/numbers', { fetch: server.fetch, parse: JSON.parse, onEvent }),
  )
  act(() => result.current.start())
  await waitFor(() => expect(server.open).toHaveLength(1))
  expect(server.latest.init.body).toBeNull()
  expect(server.latest.headers.has('content-type')).toBe(false)
  server.latest.send('{"n":1}', 'oops', '{"n":2}')
  await waitFor(() => expect(result.current.data).toEqual({ n: 2 }))
  expect(result.current.error?.code).toBe('invalid-data')
  expect(onEvent).toHaveBeenCalledTimes(2)
})

test('aborts the request under way when it is started again, and begins anew', async () => {
  const server = scriptedServer()
  const { result } = chatWith(server)
  act(() => result.current.start('first'))
  await waitFor(() => expect(result.current.status).toBe('open'))
  server.latest.send('old')
  await waitFor(() => expect(result.current.data).toBe('old'))
  act(() => result.current.start('second'))
  expect(result.current).toMatchObject({ data: '', lastEvent: undefined, status: 'connecting' })
  await waitFor(() => expect(server.exchanges).toHaveLength(2))
  expect(server.exchanges[0]?.isOpen).toBe(false)
  server.exchanges[1]?.send('new')
  await waitFor(() => expect(result.current.data).toBe('new'))
})

test('keeps what has come when it is aborted', async () => {
  const server = scriptedServer()
  const { result } = chatWith(server)
  act(() => result.current.start('tell'))
  await waitFor(() => expect(result.current.status).toBe('open'))
  server.latest.send('half an')
  await waitFor(() => expect(result.current.data).toBe('half an'))
  act(() => result.current.abort())
  expect(result.current).toMatchObject({
    data: 'half an',
    status: 'closed',
    pending: false,
    error: undefined,
  })
  await waitFor(() => expect(server.open).toHaveLength(0))
})

test('sends nothing when it is aborted before the request left', async () => {
  const server = scriptedServer()
  const { result } = chatWith(server)
  act(() => {
    result.current.start('tell')
    result.current.abort()
  })
  await endOfTask()
  expect(server.exchanges).toHaveLength(0)
  expect(result.current.status).toBe('closed')
})

test('never sends a broken request again', async () => {
  const server = scriptedServer()
  const { result } = chatWith(server)
  act(() => result.current.start('tell'))
  await waitFor(() => expect(result.current.status).toBe('open'))
  server.latest.send('half an')
  await waitFor(() => expect(result.current.data).toBe('half an'))
  server.latest.breakOff()
  await waitFor(() => expect(result.current.status).toBe('failed'))
  expect(result.current).toMatchObject({ data: 'half an', pending: false, error: { code: 'network' } })
  expect(server.exchanges).toHaveLength(1)
})

test('takes the clean end of a stream that is not Millrace’s for its end', async () => {
  const server = scriptedServer()
  const { result } = chatWith(server)
  act(() => result.current.start('tell'))
  await waitFor(() => expect(result.current.status).toBe('open'))
  server.latest.send('an answer')
  server.latest.end()
  await waitFor(() => expect(result.current.status).toBe('done'))
  expect(result.current).toMatchObject({ data: 'an answer', pending: false })
})

test('aborts when it is unmounted, and starts nothing after that', async () => {
  const server = scriptedServer()
  const { result, unmount } = chatWith(server)
  act(() => result.current.start('tell'))
  await waitFor(() => expect(result.current.status).toBe('open'))
  unmount()
  await waitFor(() => expect(server.open).toHaveLength(0))
  result.current.start('again')
  await endOfTask()
  expect(server.exchanges).toHaveLength(1)
})

test.each(['without cleaning up', 'and aborts in its cleanup'])(
  'sends once when an effect starts it under StrictMode %s',
  async (cleaning) => {
    const server = scriptedServer()
    function Answer() {
      const { data, start, abort } = useEventStreamRequest('/api/chat', { fetch: server.fetch })
      useEffect(() => {
        start('tell')
        return cleaning === 'without cleaning up' ? undefined : abort
      }, [start, abort])
      return <p>{data}</p>
    }
    render(
      <StrictMode>
        <Answer />
      </StrictMode>,
    )
    await waitFor(() => expect(server.open).toHaveLength(1))
    server.latest.send('told')
    await screen.findByText('told')
    expect(server.exchanges).toHaveLength(1)
  },
)

test('may be started by the effect of a child', async () => {
  const server = scriptedServer()
  function Child({ start }: { start: () => void }) {
    useEffect(start, [start])
    return null
  }
  function Parent() {
    const { data, start } = useEventStreamRequest('/api/chat', { fetch: server.fetch })
    return (
      <p>
        {data}
        <Child start={start} />
      </p>
    )
  }
  render(<Parent />)
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.send('told')
  await screen.findByText('told')
})

test('may be started before its effects have run, as by a click on a page that has just been hydrated', async ({
  onTestFinished,
}) => {
  const server = scriptedServer()
  // As in a browser: effects run in a task of their own, and act() would run them in this one.
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', false)
  const container = document.body.appendChild(document.createElement('main'))
  const root = createRoot(container)
  onTestFinished(() => {
    root.unmount()
    container.remove()
    vi.unstubAllGlobals()
  })
  function Early() {
    const { data, status, start } = useEventStreamRequest('/api/chat', { fetch: server.fetch })
    useLayoutEffect(() => start('tell'), [start])
    return `${status} ${data}`
  }
  root.render(<Early />)
  await vi.waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.send('told')
  await vi.waitFor(() => expect(container.textContent).toBe('open told'))
  expect(server.exchanges).toHaveLength(1)
})

test('sends the body, headers and method that it is told to', async () => {
  const server = scriptedServer()
  const { result } = renderHook(() =>
    useEventStreamRequest('/upload', {
      fetch: server.fetch,
      method: 'PUT',
      credentials: 'include',
      headers: () => ({ authorization: 'token' }),
      body: (form: URLSearchParams) => form,
      isDone: ({ data }) => data === '[DONE]',
    }),
  )
  const form = new URLSearchParams({ a: '1' })
  act(() => result.current.start(form))
  await waitFor(() => expect(server.open).toHaveLength(1))
  expect(server.latest.init).toMatchObject({ method: 'PUT', body: form, credentials: 'include' })
  expect(server.latest.headers.get('authorization')).toBe('token')
  expect(server.latest.headers.has('content-type')).toBe(false)
  server.latest.send('1', '[DONE]')
  await waitFor(() => expect(result.current).toMatchObject({ data: '1', status: 'done' }))
})

test('refuses an input that has no JSON, where start is called, and leaves the request under way alone', async () => {
  const server = scriptedServer()
  const { result } = chatWith(server)
  act(() => result.current.start('tell'))
  await waitFor(() => expect(result.current.status).toBe('open'))
  expect(() => result.current.start(1n)).toThrow(TypeError)
  expect(server.open).toHaveLength(1)
})

test.each(['GET', 'head'])('refuses %s, which would be sent again, where start is called', async (method) => {
  const server = scriptedServer()
  const { result } = renderHook(() => useEventStreamRequest('/chat', { method, fetch: server.fetch }))
  expect(() => result.current.start()).toThrow(/method must not be GET or HEAD.*got "(GET|head)"/)
  await endOfTask()
  expect(result.current).toMatchObject({ status: 'idle', pending: false })
  expect(server.exchanges).toHaveLength(0)
})

test('refuses a URL that cannot be parsed where start is called', () => {
  const { result } = renderHook(() => useEventStreamRequest('http://['))
  expect(() => result.current.start()).toThrow(TypeError)
  expect(result.current).toMatchObject({ status: 'idle', pending: false })
})

test('refuses headers that cannot be sent where start is called', () => {
  const { fetch } = scriptedServer()
  const { result } = renderHook(() => useEventStreamRequest('/chat', { fetch, headers: { 'a b': '1' } }))
  expect(() => result.current.start()).toThrow(TypeError)
  expect(result.current).toMatchObject({ status: 'idle', pending: false })
})

test('aborts an answer that waits for its page to be shown again', async () => {
  const server = scriptedServer()
  const { result } = chatWith(server)
  act(() => result.current.start('tell'))
  await waitFor(() => expect(result.current.status).toBe('open'))
  server.latest.write(openBlock('fresh', 'one'))
  await endOfTask()
  act(() => void window.dispatchEvent(new Event('pagehide')))
  await waitFor(() => expect(result.current).toMatchObject({ status: 'paused', pending: true }))
  act(() => result.current.abort())
  expect(result.current).toMatchObject({ status: 'closed', pending: false })
})

test('asks for a URL that changes at the next start', async () => {
  const server = scriptedServer()
  const { result, rerender } = renderHook(({ url }) => useEventStreamRequest(url, { fetch: server.fetch }), {
    initialProps: { url: '/a' },
  })
  rerender({ url: '/b' })
  act(() => result.current.start())
  await waitFor(() => expect(server.latest.url).toBe('/b'))
})
