import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { record } from '../test/record.ts'
import { connectEventStream } from './index.ts'
import type { ConnectOptions } from './index.ts'

beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** One response: its chunks, and how its body goes on behind them. */
interface Script {
  readonly chunks: readonly Uint8Array<ArrayBuffer>[]
  readonly ending: 'stay open' | 'break off' | 'end'
}

/** A `fetch` that answers by the scripts in turn, and keeps the requests and which bodies were cancelled. */
function scriptedFetch(...scripts: readonly Script[]): {
  fetch: NonNullable<ConnectOptions['fetch']>
  requests: Request[]
  cancelled: number[]
} {
  const requests: Request[] = []
  const cancelled: number[] = []
  return {
    requests,
    cancelled,
    fetch: async (url, init) => {
      const number = requests.push(new Request(url, init))
      const script = scripts[number - 1]
      if (!script) throw new TypeError('there is no script for another request')
      const chunks = [...script.chunks]
      const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
        pull(controller) {
          const chunk = chunks.shift()
          if (chunk) controller.enqueue(chunk)
          else if (script.ending === 'break off') controller.error(new TypeError('network error'))
          else if (script.ending === 'end') controller.close()
          else return new Promise(() => undefined)
          return undefined
        },
        cancel: () => void cancelled.push(number),
      })
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    },
  }
}

const open = (resume: string, id: string): string =>
  `event: millrace.open\ndata: {"resume":"${resume}","delivery":"all","heartbeatMs":15000}\nid: ${id}\n\n`
const live = (id: string): string => `event: millrace.live\ndata: {}\nid: ${id}\n\n`
const tick = (seq: number): string => `event: tick\ndata: ${seq} é中😀\nid: e.${seq}.t${seq}\n\n`

/** Cuts text as UTF-8 into chunks of so many bytes. */
function bytes(text: string, size: number): Uint8Array<ArrayBuffer>[] {
  const all = new TextEncoder().encode(text)
  const chunks: Uint8Array<ArrayBuffer>[] = []
  for (let start = 0; start < all.length; start += size) chunks.push(all.slice(start, start + size))
  return chunks
}

test.each([1, 7, 1000])(
  'opens, and resumes behind the last event after a cut, without loss or repeat: chunks of %i bytes',
  async (size) => {
    const { fetch, requests, cancelled } = scriptedFetch(
      {
        // The cut falls into the middle of an event, which the next response brings again.
        chunks: bytes(
          open('fresh', 'e.0.z') + live('e.0.z') + tick(1) + tick(2) + tick(3).slice(0, -10),
          size,
        ),
        ending: 'break off',
      },
      {
        // The last event that was seen comes once more.
        chunks: bytes(
          open('resumed', 'e.2.t2') + tick(2) + tick(3) + tick(4) + live('e.4.t4') + tick(5),
          size,
        ),
        ending: 'stay open',
      },
    )
    const connection = connectEventStream('/events', { fetch, reconnectionTimeMs: 0 })
    onTestFinished(() => connection.close())
    const { log, heard, reached } = record(connection)
    await heard('tick 5 é中😀')
    expect(log.filter((line) => line !== 'chunk end')).toEqual([
      'state connecting 1 start',
      'state open',
      'live',
      'tick 1 é中😀',
      'tick 2 é中😀',
      'state waiting 2 network',
      'state connecting 2 retry',
      'state open',
      'tick 3 é中😀',
      'tick 4 é中😀',
      'live',
      'tick 5 é中😀',
    ])
    expect(requests.map(({ url }) => url)).toEqual(Array(2).fill(new URL('/events', location.href).href))
    expect(requests.map(({ headers }) => headers.get('last-event-id'))).toEqual([null, 'e.2.t2'])
    expect(connection.lastEventId).toBe('e.5.t5')
    connection.close()
    await reached('closed')
    await vi.waitFor(() => expect(cancelled).toEqual([2]))
  },
)

test('takes what a model answers to a POST, and is done with the end of the body', async () => {
  const { fetch, requests } = scriptedFetch({
    chunks: bytes('data: Hello\n\ndata: you\n\n', 5),
    ending: 'end',
  })
  const connection = connectEventStream('/chat', { method: 'POST', body: '{}', fetch })
  onTestFinished(() => connection.close())
  const seen: string[] = []
  for await (const item of connection) if ('replayed' in item) seen.push(item.data)
  expect(seen).toEqual(['Hello', 'you'])
  expect(connection.state).toEqual({ status: 'done' })
  expect(requests).toHaveLength(1)
})
