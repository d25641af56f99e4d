import { type Channel, defineStream } from '@millrace/core'
import { describe, expect, test } from 'vitest'
import { BlockReader, streamRequest } from '../test/block-reader.ts'
import { createHub } from '../test/create-hub.ts'
import type { Hub } from './hub/hub.ts'
import { type ToResponseOptions, toResponse } from './response/to-response.ts'

// One test for each hook of lampctl/go-sse, by its name there, in the shape that it has here.

type Notes = { note: { text: string; to?: string } }
const notes = defineStream<Notes>('notes') as Channel<Notes>
const send = async (hub: Hub, text: string, to?: string): Promise<string> =>
  (await hub.publish(notes, { type: 'note', data: to ? { text, to } : { text } })).lastEventId

async function open(
  hub: Hub,
  lastEventId = '',
  options: ToResponseOptions<Notes, undefined> = {},
): Promise<BlockReader> {
  return new BlockReader(await toResponse(streamRequest(lastEventId), notes, { hub, ...options }))
}

const textOf = (event: { data: string }): string => (JSON.parse(event.data) as { text: string }).text

describe('what was a hook of go-sse', () => {
  test('Send is publish: everybody connected gets the event, and a repeat of an id is none', async () => {
    const hub = createHub()
    const readers = [await open(hub), await open(hub)]
    for (const reader of readers) await reader.events(2)
    await hub.publish(notes, { type: 'note', data: { text: 'hello' }, id: 'n-1' })
    expect(await hub.publish(notes, { type: 'note', data: { text: 'hello' }, id: 'n-1' })).toMatchObject({
      repeated: true,
    })
    await send(hub, 'next')
    for (const reader of readers) expect((await reader.events(2)).map(textOf)).toEqual(['hello', 'next'])
  })

  test('NumEventsToKeep is history: so many are replayed, and of those before it the client is told', async () => {
    const hub = createHub({ history: { maxEvents: 3 } })
    const first = await send(hub, '1')
    for (const text of ['2', '3', '4', '5']) await send(hub, text)
    const reader = await open(hub, first)
    const [, gap, ...replayed] = await reader.events(5)
    expect(gap?.data).toBe('{"reason":"trimmed","missed":1}')
    expect(replayed.map(textOf)).toEqual(['3', '4', '5'])
  })

  test('ChannelBufferSize is maxQueueBytes: a client that does not read is let go, and resumes', async () => {
    const hub = createHub({ maxQueueBytes: 4000 })
    const reader = await open(hub)
    const [, live] = await reader.events(2)
    const healthy = await open(hub)
    await healthy.events(2)
    let last = ''
    for (let n = 0; n < 60; n++) {
      last = await send(hub, 'x'.repeat(200))
      if (n % 10 === 9) await healthy.events(10)
      // What the reader that sleeps does not ask for waits in its queue.
      await new Promise((resolve) => setTimeout(resolve))
    }
    expect(hub.inspect().streams).toBe(1)
    const got = (await reader.rest()).filter((block) => block.kind === 'event')
    const again = await open(hub, (got.at(-1) ?? live)?.lastEventId)
    const resumed = await again.events(61 - got.length)
    expect(resumed.at(-1)?.id).toBe(last)
  })

  test('ConnectedFn is authorize: it sees the request, and may refuse it', async () => {
    const hub = createHub()
    const authorize = (request: Request): Response | object =>
      request.headers.get('authorization') ? {} : new Response(null, { status: 401 })
    const refused = await toResponse(streamRequest(), notes, { hub, authorize })
    expect(refused.status).toBe(401)
    const request = streamRequest('', { headers: { authorization: 'Bearer x' } })
    expect((await toResponse(request, notes, { hub, authorize })).status).toBe(200)
  })

  test('InitFn is snapshot: the state comes before what is newer than it, and never over it', async () => {
    const hub = createHub()
    const at = await send(hub, 'in the state')
    const reader = await open(hub, '', {
      snapshot: async () => {
        await send(hub, 'meanwhile')
        return { state: ['in the state'], lastEventId: at }
      },
    })
    const [, state, meanwhile] = await reader.events(3)
    expect(state?.data).toBe('{"state":["in the state"]}')
    expect(meanwhile && textOf(meanwhile)).toBe('meanwhile')
  })

  test('FilterFn is filter: on live events, and on replayed ones too', async () => {
    const hub = createHub()
    const at = await send(hub, 'before')
    await send(hub, 'replayed for ann', 'ann')
    await send(hub, 'replayed for bob', 'bob')
    const reader = await open(hub, at, { authorize: () => ({ filter: ({ data }) => data.to === 'ann' }) })
    const [, replayed, live] = await reader.events(3)
    expect([replayed && textOf(replayed), live?.type]).toEqual(['replayed for ann', 'millrace.live'])
    await send(hub, 'live for bob', 'bob')
    await send(hub, 'live for ann', 'ann')
    expect(textOf(await reader.event())).toBe('live for ann')
  })

  test('Close is close: it always ends, also with a client that never reads', { timeout: 2000 }, async () => {
    const hub = createHub()
    await toResponse(streamRequest(), notes, { hub })
    await send(hub, 'unread')
    await hub.close()
    expect(hub.inspect().streams).toBe(0)
    await expect(send(hub, 'late')).rejects.toMatchObject({ code: 'closed' })
  })
})
