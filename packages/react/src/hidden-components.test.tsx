import { act, cleanup, render, screen, waitFor } from '@testing-library/react'
import { Activity } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { block, openBlock, scriptedServer, type ScriptedServer } from '../test/scripted-server.ts'
import { useEventStream } from './index.ts'
import { stores } from './stream-stores.ts'

let count = 0
let url = ''
let server: ScriptedServer
let heard: string[]
let gaps: string[]
beforeEach(() => {
  url = `/hidden/${++count}`
  server = scriptedServer()
  heard = []
  gaps = []
})

afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

function Text() {
  const { data } = useEventStream(url, {
    fetch: server.fetch,
    initialValue: '',
    reducer: (text, event) => text + event.data,
    onEvent: ({ data }) => void heard.push(data),
    onGap: ({ data }) => void gaps.push(`${data.reason} ${data.missed}`),
  })
  return <p>text {data}</p>
}

function Latest() {
  return <p>latest {useEventStream(url, { fetch: server.fetch }).data}</p>
}

function page(mode: 'visible' | 'hidden', others?: 'with others') {
  return (
    <>
      <Activity mode={mode}>
        <Text />
      </Activity>
      {others && <Latest />}
    </>
  )
}

/** Lets the linger of what was just hidden pass. */
async function hideForLong(hide: () => void): Promise<void> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  hide()
  vi.advanceTimersByTime(5000)
  vi.useRealTimers()
}

test('folds on while hidden for a short time, without calling onEvent', async () => {
  const { rerender } = render(page('visible'))
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.send('a')
  await screen.findByText('text a')
  rerender(page('hidden'))
  server.latest.send('b')
  await act(() => new Promise((resolve) => setTimeout(resolve)))
  rerender(page('visible'))
  await screen.findByText('text ab')
  server.latest.send('c')
  await screen.findByText('text abc')
  expect(heard).toEqual(['a', 'c'])
  expect(server.exchanges).toHaveLength(1)
})

test('goes on from its position when it was hidden for long', async () => {
  const { rerender } = render(page('visible'))
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.write('id: 1\ndata: a\n\n')
  await screen.findByText('text a')
  await hideForLong(() => rerender(page('hidden')))
  await waitFor(() => expect(server.open).toHaveLength(0))
  rerender(page('visible'))
  await waitFor(() => expect(server.open).toHaveLength(1))
  expect(server.latest.headers.get('last-event-id')).toBe('1')
  server.latest.write('id: 2\ndata: b\n\n')
  await screen.findByText('text ab')
  expect(heard).toEqual(['a', 'b'])
})

test('asks for what a hidden fold missed while others kept the connection', async () => {
  const { rerender } = render(page('visible', 'with others'))
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.write('id: 1\ndata: a\n\n')
  await screen.findByText('text a')
  await hideForLong(() => rerender(page('hidden', 'with others')))
  server.latest.write('id: 2\ndata: b\n\n')
  await screen.findByText('latest b')
  rerender(page('visible', 'with others'))
  await waitFor(() => expect(server.open).toHaveLength(2))
  expect(server.latest.headers.get('last-event-id')).toBe('1')
  server.latest.write('id: 2\ndata: b\n\n')
  await screen.findByText('text ab')
})

test('rejoins the others when nothing was missed', async () => {
  const { rerender } = render(page('visible', 'with others'))
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.write('id: 1\ndata: a\n\n')
  await screen.findByText('text a')
  await hideForLong(() => rerender(page('hidden', 'with others')))
  rerender(page('visible', 'with others'))
  server.latest.write('id: 2\ndata: b\n\n')
  await screen.findByText('text ab')
  expect(server.exchanges).toHaveLength(1)
})

test('joins the others again for the latest payload, which needs no catching up', async () => {
  const shared = (mode: 'visible' | 'hidden') => (
    <>
      <Activity mode={mode}>
        <Latest />
      </Activity>
      <Text />
    </>
  )
  const { rerender } = render(shared('visible'))
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.write('id: 1\ndata: a\n\n')
  await screen.findByText('latest a')
  await hideForLong(() => rerender(shared('hidden')))
  server.latest.write('id: 2\ndata: b\n\n')
  await screen.findByText('text ab')
  rerender(shared('visible'))
  await screen.findByText('latest b')
  expect(server.exchanges).toHaveLength(1)
})

test('shows the latest payload of the types it names, whatever came behind it while it was hidden', async () => {
  function Named() {
    return <p>named {useEventStream(url, { fetch: server.fetch, events: ['a'] }).data}</p>
  }
  const both = (mode: 'visible' | 'hidden') => (
    <>
      <Activity mode={mode}>
        <Named />
      </Activity>
      <Latest />
    </>
  )
  const { rerender } = render(both('visible'))
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.write('event: a\ndata: 1\n\n')
  await screen.findByText('named 1')
  await hideForLong(() => rerender(both('hidden')))
  server.latest.write('event: a\ndata: 2\n\nevent: b\ndata: 3\n\n')
  await screen.findByText('latest 3')
  rerender(both('visible'))
  await screen.findByText('named 2')
  expect(server.exchanges).toHaveLength(1)
})

test('connects when it is first shown', async () => {
  const { rerender } = render(page('hidden'))
  await act(() => new Promise((resolve) => setTimeout(resolve)))
  expect(server.exchanges).toHaveLength(0)
  rerender(page('visible'))
  await waitFor(() => expect(server.open).toHaveLength(1))
})

test('tells of a gap once it is visible again', async () => {
  const { rerender } = render(page('visible'))
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.write(openBlock('fresh', 'e.1.t') + block('millrace.live', {}, 'e.1.t'))
  rerender(page('hidden'))
  server.latest.write(
    block('millrace.gap', { reason: 'overflow', missed: 1 }, 'e.2.u') + 'data: b\nid: e.3.v\n\n',
  )
  await act(() => new Promise((resolve) => setTimeout(resolve)))
  expect(gaps).toEqual([])
  rerender(page('visible'))
  await screen.findByText('text b')
  expect(gaps).toEqual(['overflow 1'])
})

test('tells of each gap that it missed, in order', async () => {
  const { rerender } = render(page('visible'))
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.write(openBlock('fresh', 'e.1.t') + block('millrace.live', {}, 'e.1.t'))
  rerender(page('hidden'))
  const overflow = (missed: number, id: string) => block('millrace.gap', { reason: 'overflow', missed }, id)
  server.latest.write(`${overflow(5, 'e.6.u')}data: a\nid: e.7.v\n\n${overflow(2, 'e.9.w')}`)
  await act(() => new Promise((resolve) => setTimeout(resolve)))
  rerender(page('visible'))
  await screen.findByText('text a')
  expect(gaps).toEqual(['overflow 5', 'overflow 2'])
})

test('leaves nothing behind when all are gone', async () => {
  const { rerender, unmount } = render(page('visible', 'with others'))
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.write('id: 1\ndata: a\n\n')
  await screen.findByText('text a')
  await hideForLong(() => rerender(page('hidden', 'with others')))
  server.latest.write('id: 2\ndata: b\n\n')
  await screen.findByText('latest b')
  rerender(page('visible', 'with others'))
  await waitFor(() => expect(server.open).toHaveLength(2))
  await hideForLong(unmount)
  await waitFor(() => expect(server.open).toHaveLength(0))
  await waitFor(() => expect([...stores].filter(({ key }) => key.includes(`${url}"`))).toEqual([]))
})
