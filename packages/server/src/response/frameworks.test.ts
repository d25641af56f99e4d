import { type Channel, defineStream } from '@millrace/core'
import { Hono } from 'hono'
import { afterEach, describe, expect, test } from 'vitest'
import { BlockReader, streamRequest } from '../../test/block-reader.ts'
import { Hub } from '../hub/hub.ts'
import { eventStream } from './event-stream.ts'
import { toResponse } from './to-response.ts'

type Ticks = { tick: { n: number } }
const ticks = defineStream<Ticks>('ticks') as Channel<Ticks>
let hub: Hub
afterEach(() => hub.close())

type Handle = (request: Request) => Response | Promise<Response>

/** The same two routes, in different hands. */
const frameworks: ReadonlyArray<readonly [name: string, create: (hub: Hub) => Handle]> = [
  [
    'a Hono app',
    (hub) => {
      const answer = eventStream(
        async function* ({ request }) {
          yield { data: await request.text() }
        },
        { hub },
      )
      const app = new Hono()
      app.get('/stream', ({ req }) => toResponse(req.raw, ticks, { hub }))
      app.post('/stream', ({ req }) => answer(req.raw, undefined))
      return (request) => app.fetch(request)
    },
  ],
  [
    'a plain fetch handler',
    (hub) => {
      const answer = eventStream(
        async function* ({ request }) {
          yield { data: await request.text() }
        },
        { hub },
      )
      return (request) =>
        request.method === 'POST' ? answer(request, undefined) : toResponse(request, ticks, { hub })
    },
  ],
]

describe.each(frameworks)('%s', (_, create) => {
  test('serves a channel, resumes it, and lets go of a client that leaves', async () => {
    hub = new Hub()
    const handle = create(hub)
    const { lastEventId } = await hub.publish(ticks, { type: 'tick', data: { n: 1 } })
    await hub.publish(ticks, { type: 'tick', data: { n: 2 } })
    const reader = new BlockReader(await handle(streamRequest(lastEventId)))
    const [opened, two] = await reader.events(3)
    expect([opened?.type, two?.data]).toEqual(['millrace.open', '{"n":2}'])
    await hub.publish(ticks, { type: 'tick', data: { n: 3 } })
    expect((await reader.event()).data).toBe('{"n":3}')
    await reader.cancel()
    expect(hub.inspect().streams).toBe(0)
  })

  test('serves a stream of one request, and ends it', async () => {
    hub = new Hub()
    const response = await create(hub)(streamRequest('', { method: 'POST', body: 'asked' }))
    const events = (await new BlockReader(response).rest()).filter(({ kind }) => kind === 'event')
    expect(events.slice(1)).toMatchObject([{ data: 'asked' }, { type: 'millrace.end' }])
  })
})
