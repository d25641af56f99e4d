import { Activity, Profiler, StrictMode, Suspense, use, useState } from 'react'
import { expect, test, vi } from 'vitest'
import { render } from 'vitest-browser-react'
import { scriptedServer } from '../test/scripted-server.ts'
import { defineFold, useEventStream, useEventStreamRequest } from './index.ts'

/** Counts the frames that are painted until it is told to stop. */
function countFrames(): { stop(): number } {
  let frames = 0
  const next = (): void => {
    frames++
    frame = requestAnimationFrame(next)
  }
  let frame = requestAnimationFrame(next)
  return {
    stop() {
      cancelAnimationFrame(frame)
      return frames
    },
  }
}

function nextTask(): Promise<unknown> {
  return new Promise((resolve) => setTimeout(resolve))
}

test('renders 20 components no oftener than frames are painted, and loses none of 2,000 events', async () => {
  const server = scriptedServer()
  const sent = Array.from({ length: 2000 }, (_, each) => String(each))
  const heard: string[][] = []
  let commits = 0
  function Reader({ index }: { index: number }) {
    const { data } = useEventStream('/chromium/frames', {
      fetch: server.fetch,
      initialValue: 0,
      reducer: (count) => count + 1,
      onEvent: (event) => void (heard[index] ??= []).push(event.data),
    })
    return <li>{data}</li>
  }
  const readers = Array.from({ length: 20 }, (_, index) => index)
  await render(
    <StrictMode>
      {readers.map((index) => (
        <Profiler key={index} id="reader" onRender={() => commits++}>
          <Reader index={index} />
        </Profiler>
      ))}
    </StrictMode>,
  )
  await vi.waitFor(() => expect(server.open).toHaveLength(1))
  await nextTask()
  commits = 0
  const frames = countFrames()
  for (const [index, data] of sent.entries()) {
    server.latest.send(data)
    if (index % 4 === 0) await nextTask()
  }
  await vi.waitFor(() => expect(document.body.textContent.trim()).toBe('2000'.repeat(20)))
  const painted = frames.stop()
  expect(server.exchanges).toHaveLength(1)
  expect(heard).toEqual(readers.map(() => sent))
  // One more than frames: the first event after idle is shown at once.
  expect(commits).toBeLessThanOrEqual(20 * (painted + 1))
  expect(painted).toBeLessThan(1000)
})

test('shows news within 250 ms or so while the document is hidden', async () => {
  const server = scriptedServer()
  function Reader() {
    return <p>{useEventStream('/chromium/hidden', { fetch: server.fetch }).data}</p>
  }
  await render(<Reader />)
  await vi.waitFor(() => expect(server.open).toHaveLength(1))
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
  // As in a hidden document, where frames never come.
  vi.stubGlobal('requestAnimationFrame', () => 0)
  try {
    for (const data of ['1', '2', '3']) {
      server.latest.send(data)
      await nextTask()
    }
    await vi.waitFor(() => expect(document.body.textContent.trim()).toBe('3'), { timeout: 2000 })
  } finally {
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  }
})

test('keeps its connection when a component leaves and another one comes', async () => {
  const server = scriptedServer()
  function Reader({ name }: { name: string }) {
    const { data, status } = useEventStream('/chromium/routes', { fetch: server.fetch })
    return (
      <p>
        {name} {status} {data}
      </p>
    )
  }
  function Routes() {
    const [route, setRoute] = useState('first')
    return (
      <>
        <Reader key={route} name={route} />
        <button onClick={() => setRoute('second')}>go</button>
      </>
    )
  }
  const screen = await render(<Routes />)
  await vi.waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.send('kept')
  await expect.element(screen.getByText('first open kept')).toBeVisible()
  await screen.getByRole('button').click()
  await expect.element(screen.getByText('second open kept')).toBeVisible()
  server.latest.send('new')
  await expect.element(screen.getByText('second open new')).toBeVisible()
  expect(server.exchanges).toHaveLength(1)
})

test('opens one connection and loses and repeats nothing, under StrictMode, retried by Suspense, hidden and shown', async () => {
  const server = scriptedServer()
  const url = '/chromium/strict'
  const all = defineFold(url, { initialValue: '', reducer: (text, { data }) => text + data })
  const heard = { first: '', second: '' }
  const { promise: ready, resolve } = Promise.withResolvers<void>()
  function Reader({ name }: { name: keyof typeof heard }) {
    const { data } = useEventStream(url, {
      fetch: server.fetch,
      fold: all,
      onEvent: (event) => void (heard[name] += event.data),
    })
    // Thrown away and tried again, state and all.
    use(ready)
    return (
      <p>
        {name} {data}
      </p>
    )
  }
  const page = (mode: 'visible' | 'hidden') => (
    <StrictMode>
      <Suspense fallback="not ready">
        <Reader name="first" />
        <Activity mode={mode}>
          <Reader name="second" />
        </Activity>
      </Suspense>
    </StrictMode>
  )
  const screen = await render(page('visible'))
  await expect.element(screen.getByText('not ready')).toBeVisible()
  expect(server.exchanges).toHaveLength(0)
  resolve()
  await vi.waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.send('a', 'b')
  await expect.element(screen.getByText('second ab')).toBeVisible()
  await screen.rerender(page('hidden'))
  server.latest.send('c')
  await expect.element(screen.getByText('first abc')).toBeVisible()
  await screen.rerender(page('visible'))
  await expect.element(screen.getByText('second abc')).toBeVisible()
  server.latest.send('d')
  await expect.element(screen.getByText('second abcd')).toBeVisible()
  expect(heard).toEqual({ first: 'abcd', second: 'abd' })
  expect(server.exchanges).toHaveLength(1)
})

test('resumes a broken stream where it broke', async () => {
  const server = scriptedServer()
  function Reader() {
    const { data, status, reconnect } = useEventStream('/chromium/resume', {
      fetch: server.fetch,
      initialValue: '',
      reducer: (text, event) => text + event.data,
    })
    return (
      <button onClick={reconnect}>
        {status} {data}
      </button>
    )
  }
  const screen = await render(<Reader />)
  await vi.waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.write('id: 1\ndata: a\n\nid: 2\ndata: b\n\n')
  await expect.element(screen.getByText('open ab')).toBeVisible()
  server.latest.end()
  await expect.element(screen.getByText('waiting ab')).toBeVisible()
  await screen.getByRole('button').click()
  await vi.waitFor(() => expect(server.open).toHaveLength(1))
  expect(server.latest.headers.get('last-event-id')).toBe('2')
  server.latest.write('id: 3\ndata: c\n\n')
  await expect.element(screen.getByText('open abc')).toBeVisible()
})

test('streams an answer to a request', async () => {
  const server = scriptedServer()
  function Chat() {
    const chat = useEventStreamRequest('/chromium/chat', {
      fetch: server.fetch,
      initialValue: '',
      reducer: (text, event) => text + event.data,
    })
    return (
      <>
        <button onClick={() => chat.start({ prompt: 'hello' })}>ask</button>
        <output>
          {chat.status} {chat.data}
        </output>
      </>
    )
  }
  const screen = await render(
    <StrictMode>
      <Chat />
    </StrictMode>,
  )
  await screen.getByRole('button').click()
  await vi.waitFor(() => expect(server.open).toHaveLength(1))
  expect(server.latest.init.body).toBe('{"prompt":"hello"}')
  for (const word of ['good', 'bye']) server.latest.send(word)
  await expect.element(screen.getByText('open goodbye')).toBeVisible()
  expect(server.exchanges).toHaveLength(1)
})
