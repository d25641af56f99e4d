import { Hub, snapshot, toResponse } from '@millrace/server'
import { act, waitFor } from '@testing-library/react'
import { hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { afterEach, expect, test, vi } from 'vitest'
import { defineFold, defineStream, useEventStream, type InitialSnapshot } from './index.ts'

type Numbers = readonly number[]

const numbers = defineStream<{ number: number }>('numbers')
const upTo = (last: number): Numbers => Array.from({ length: last }, (_, index) => index + 1)

const append = defineFold(numbers, {
  initialValue: [] as Numbers,
  reducer: (all, { data }) => [...all, data],
})
const include = defineFold(numbers, {
  initialValue: [] as Numbers,
  reducer: (all, { data }) => (all.includes(data) ? all : [...all, data]),
})

afterEach(() => vi.unstubAllGlobals())

/** A page whose state goes on changing: a database, and a hub that is told of each change. */
function changingServer() {
  const hub = new Hub()
  const database: number[] = []
  const requested: (string | null)[] = []
  /** Adds the next 50 numbers. */
  async function change(): Promise<void> {
    for (let each = 0; each < 50; each++) {
      const next = database.push(database.length + 1)
      await hub.publish(numbers, { type: 'number', data: next })
    }
  }
  return {
    hub,
    database,
    change,
    requested,
    fetch: async (url: string, init: RequestInit): Promise<Response> => {
      const headers = new Headers(init.headers)
      requested.push(headers.get('last-event-id'))
      // On its way.
      await change()
      return toResponse(new Request(new URL(url, 'http://localhost'), { headers }), numbers, { hub })
    },
  }
}

interface PageProps {
  readonly fold: typeof append
  readonly fetch: ReturnType<typeof changingServer>['fetch']
  readonly initialSnapshot: InitialSnapshot<Numbers>
}

function Page({ fold, fetch, initialSnapshot }: PageProps) {
  const options = {
    url: '/numbers',
    scope: fold === append ? 'exact' : 'at least once',
    fetch,
    initialSnapshot,
  }
  const { data, lastEvent } = useEventStream(numbers, { ...options, fold, lingerMs: 0 })
  return (
    <p>
      {data.join(' ')} <b>{lastEvent?.data}</b>
    </p>
  )
}

test.each(['exact', 'at least once'] as const)(
  'a page loses nothing of 200 changes between the position, the state, the render and the connection: snapshot %s',
  async (kind) => {
    const { hub, database, change, fetch, requested } = changingServer()
    const read = async () => {
      await change()
      const state = [...database]
      return kind === 'exact' ? { state, lastEventId: await hub.lastEventId(numbers) } : { state }
    }
    const initialSnapshot = await snapshot(numbers, read, { hub })
    await change()
    const page = (
      <Page fold={kind === 'exact' ? append : include} fetch={fetch} initialSnapshot={initialSnapshot} />
    )
    vi.stubGlobal('document', undefined)
    const html = renderToString(page)
    vi.unstubAllGlobals()
    expect(html).toContain(`<p>${upTo(50).join(' ')}<`)
    await change()

    const container = document.createElement('div')
    container.innerHTML = html
    document.body.append(container)
    const mismatches: unknown[] = []
    const complaints = vi.spyOn(console, 'error').mockImplementation((...args) => void mismatches.push(args))
    const root = await act(async () =>
      hydrateRoot(container, page, { onRecoverableError: (error) => mismatches.push(error) }),
    )
    await waitFor(() => expect(container.querySelector('b')?.textContent).toBe('200'))
    complaints.mockRestore()
    expect(container.textContent).toBe(`${upTo(200).join(' ')} 200`)
    expect(mismatches).toEqual([])
    expect(requested).toEqual([initialSnapshot.lastEventId])
    act(() => root.unmount())
    container.remove()
    await hub.close()
  },
)

test('an at-least-once snapshot repeats what changed while it was read, and an exact one nothing', async () => {
  const received = { exact: [] as number[], 'at least once': [] as number[] }
  for (const kind of ['exact', 'at least once'] as const) {
    const { hub, database, change } = changingServer()
    const { lastEventId } = await snapshot(
      numbers,
      async () => {
        await change()
        const state = [...database]
        return kind === 'exact' ? { state, lastEventId: await hub.lastEventId(numbers) } : { state }
      },
      { hub },
    )
    await change()
    for await (const item of hub.subscribe(numbers, { lastEventId })) {
      if (item.type === 'number') received[kind].push(item.data)
      if (received[kind].at(-1) === 100) break
    }
    await hub.close()
  }
  expect(received).toEqual({ exact: upTo(100).slice(50), 'at least once': upTo(100) })
})
