import { act, cleanup, screen, waitFor } from '@testing-library/react'
import { StrictMode } from 'react'
import { hydrateRoot, type Root } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { scriptedServer, type ScriptedServer } from '../test/scripted-server.ts'
import { useEventStream, useEventStreamRequest } from './index.ts'
import { stores } from './stream-stores.ts'

let count = 0
let url = ''
let server: ScriptedServer
let root: Root | undefined
beforeEach(() => {
  url = `/server-render/${++count}`
  server = scriptedServer()
})

afterEach(() => {
  act(() => root?.unmount())
  root = undefined
  cleanup()
  document.body.innerHTML = ''
  vi.unstubAllGlobals()
})

const initialSnapshot = { state: 40, lastEventId: 'e.40.t' }

function Latest() {
  const { data, status } = useEventStream(url, { fetch: server.fetch })
  return (
    <p>
      {status} {data ?? 'nothing'}
    </p>
  )
}

function Sum({ snapshot = initialSnapshot }) {
  const { data, status } = useEventStream(url, {
    fetch: server.fetch,
    initialValue: 0,
    initialSnapshot: snapshot,
    reducer: (sum, event) => sum + Number(event.data),
  })
  const chat = useEventStreamRequest('/chat', { fetch: server.fetch })
  return (
    <b>
      {status} {data} {chat.status}
    </b>
  )
}

/** Renders on a server, where there is no document, and takes over in the browser. */
async function serveAndHydrate(page: React.ReactNode): Promise<{ html: string; mismatches: unknown[] }> {
  const container = document.createElement('div')
  document.body.append(container)
  vi.stubGlobal('document', undefined)
  const html = renderToString(page)
  vi.unstubAllGlobals()
  expect(server.exchanges).toHaveLength(0)
  container.innerHTML = html
  const mismatches: unknown[] = []
  const complaints = vi.spyOn(console, 'error').mockImplementation((...args) => void mismatches.push(args))
  await act(async () => {
    root = hydrateRoot(container, page, { onRecoverableError: (error) => mismatches.push(error) })
  })
  complaints.mockRestore()
  return { html, mismatches }
}

test('opens no connection on a server, and registers nothing', () => {
  const size = stores.size
  vi.stubGlobal('document', undefined)
  expect(renderToString(<Latest />)).toBe('<p>idle<!-- --> <!-- -->nothing</p>')
  vi.unstubAllGlobals()
  expect(stores.size).toBe(size)
  expect(server.exchanges).toHaveLength(0)
})

test('takes over the markup of a server without a mismatch, then connects', async () => {
  const { mismatches } = await serveAndHydrate(
    <StrictMode>
      <Latest />
    </StrictMode>,
  )
  expect(mismatches).toEqual([])
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.send('hello')
  await screen.findByText('open hello')
})

test('renders a snapshot on the server and goes on behind it', async () => {
  const { html, mismatches } = await serveAndHydrate(<Sum />)
  expect(html).toBe('<b>idle<!-- --> <!-- -->40<!-- --> <!-- -->idle</b>')
  expect(mismatches).toEqual([])
  await waitFor(() => expect(server.open).toHaveLength(1))
  expect(server.latest.headers.get('last-event-id')).toBe('e.40.t')
  server.latest.send('2')
  await screen.findByText('open 42 idle')
})

test('shares the connection of a snapshot with whoever mounts together with it', async () => {
  const { mismatches } = await serveAndHydrate(
    <>
      <Latest />
      <Sum />
      <Sum />
    </>,
  )
  expect(mismatches).toEqual([])
  await waitFor(() => expect(server.open).toHaveLength(1))
  expect(server.latest.headers.get('last-event-id')).toBe('e.40.t')
  server.latest.send('2')
  await waitFor(() => expect(screen.getAllByText('open 42 idle')).toHaveLength(2))
})

test('opens a second connection rather than leave a hole behind another snapshot', async () => {
  await serveAndHydrate(
    <>
      <Sum />
      <Sum snapshot={{ state: 41, lastEventId: 'e.41.t' }} />
    </>,
  )
  await waitFor(() => expect(server.open).toHaveLength(2))
  expect(server.exchanges.map(({ headers }) => headers.get('last-event-id'))).toEqual(['e.40.t', 'e.41.t'])
})

test('hydrates late beside a store that is ahead, without a mismatch', async () => {
  const ahead = await serveAndHydrate(<Latest />)
  expect(ahead.mismatches).toEqual([])
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.send('ahead')
  await screen.findByText('open ahead')
  const section = document.createElement('section')
  section.innerHTML = ahead.html
  document.documentElement.append(section)
  const mismatches: unknown[] = []
  const late = await act(async () =>
    hydrateRoot(section, <Latest />, { onRecoverableError: (error) => mismatches.push(error) }),
  )
  expect(section.textContent).toBe('open ahead')
  expect(mismatches).toEqual([])
  act(() => late.unmount())
  section.remove()
})
