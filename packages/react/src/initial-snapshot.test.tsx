import { act, cleanup, render, renderHook, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { block, openBlock, scriptedServer, type ScriptedServer } from '../test/scripted-server.ts'
import { defineFold, defineStream, useEventStream, type InitialSnapshot } from './index.ts'

const prices = defineStream<{ tick: number }>('prices')

let count = 0
let url = ''
let server: ScriptedServer
beforeEach(() => {
  url = `/initial-snapshot/${++count}`
  server = scriptedServer()
})

afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
})

interface Page {
  readonly scope: string
  readonly snapshot: InitialSnapshot<string>
}

/** A component that shows the stream of one user, and then of another. */
function logInAs(first: Page) {
  return renderHook(
    ({ scope, snapshot: { state, lastEventId } }: Page) =>
      useEventStream(`${url}/${scope}`, {
        scope,
        fetch: server.fetch,
        initialValue: 'empty',
        // Another object at each render, as it is when written inline.
        initialSnapshot: { state, lastEventId },
        reducer: (text, event) => text + event.data,
      }),
    { initialProps: first },
  )
}

const ofAda: InitialSnapshot<string> = { state: 'a secret of ada', lastEventId: 'e.40.t' }

test('shows the snapshot of one user under no other, and sends its position to no other URL', async () => {
  const { result, rerender } = logInAs({ scope: 'ada', snapshot: ofAda })
  expect(result.current.data).toBe('a secret of ada')
  await waitFor(() => expect(server.open).toHaveLength(1))
  for (const scope of ['bob', 'eve']) {
    rerender({ scope, snapshot: ofAda })
    expect(result.current.data).toBe('empty')
    await waitFor(() => expect(server.latest.url).toMatch(scope))
    expect(server.latest.headers.has('last-event-id')).toBe(false)
  }
})

test('begins another stream with a snapshot of its own', async () => {
  const { result, rerender } = logInAs({ scope: 'ada', snapshot: ofAda })
  await waitFor(() => expect(server.open).toHaveLength(1))
  rerender({ scope: 'bob', snapshot: { state: 'what bob may see', lastEventId: 'e.50.t' } })
  expect(result.current.data).toBe('what bob may see')
  await waitFor(() => expect(server.exchanges).toHaveLength(2))
  expect(server.latest.headers.get('last-event-id')).toBe('e.50.t')
})

function Sum({ snapshot }: { snapshot?: InitialSnapshot<number> }) {
  const { data } = useEventStream(prices, {
    url,
    fetch: server.fetch,
    initialValue: 0,
    initialSnapshot: snapshot,
    reducer: (sum, event) => sum + event.data,
  })
  return <p>sum {data}</p>
}

const fortieth: InitialSnapshot<number> = { state: 40, lastEventId: 'e.40.t' }

test.each([
  ['before', [undefined, fortieth]],
  ['after', [fortieth, undefined]],
])('gives its state to a fold that is mounted %s it in the same commit', async (_, snapshots) => {
  render(snapshots.map((snapshot, each) => <Sum key={each} {...(snapshot && { snapshot })} />))
  await waitFor(() => expect(server.open).toHaveLength(1))
  expect(server.latest.headers.get('last-event-id')).toBe('e.40.t')
  server.latest.write(openBlock('resumed', 'e.40.t') + block('tick', 2, 'e.41.t'))
  await waitFor(() => expect(screen.getAllByText('sum 42')).toHaveLength(2))
  expect(server.exchanges).toHaveLength(1)
})

const total = defineFold(prices, { initialValue: 0, reducer: (sum, event) => sum + event.data })

test('after a gap a page that was read anew goes on without the hole, also in a shared fold', async () => {
  const complaints = vi.spyOn(console, 'error')
  const onGap = vi.fn<() => void>()
  function Total({ snapshot }: { snapshot: InitialSnapshot<number> }) {
    const options = { url, fetch: server.fetch, fold: total, initialSnapshot: snapshot, onGap }
    return <p>total {useEventStream(prices, options).data}</p>
  }
  const page = (snapshot: InitialSnapshot<number>) => <Total key={snapshot.lastEventId} snapshot={snapshot} />
  const { rerender } = render(page(fortieth))
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.write(
    openBlock('gap') +
      block('millrace.gap', { reason: 'trimmed', missed: 5 }, 'e.45.t') +
      block('tick', 1, 'e.46.t'),
  )
  await screen.findByText('total 41')
  expect(onGap).toHaveBeenCalledOnce()

  rerender(page({ state: 46, lastEventId: 'e.46.t' }))
  expect(screen.getByText('total 46')).toBeDefined()
  await waitFor(() => expect(server.exchanges).toHaveLength(2))
  expect(server.latest.headers.get('last-event-id')).toBe('e.46.t')
  server.latest.write(openBlock('resumed', 'e.46.t') + block('tick', 1, 'e.47.t'))
  expect(await screen.findByText('total 47')).toBeDefined()
  expect(complaints).not.toHaveBeenCalled()
})

test('leaves folds that have a snapshot of the same position their own states', async () => {
  render(
    [fortieth, { state: 1000, lastEventId: 'e.40.t' }].map((each) => (
      <Sum key={each.state} snapshot={each} />
    )),
  )
  await waitFor(() => expect(server.open).toHaveLength(1))
  server.latest.write(openBlock('resumed', 'e.40.t') + block('tick', 2, 'e.41.t'))
  await screen.findByText('sum 1002')
  await act(() => screen.findByText('sum 42'))
})
