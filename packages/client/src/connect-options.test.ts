import { defineStream } from '@millrace/core'
import { describe, expect, test } from 'vitest'
import { answer, send, sendAll } from '../test/answers.ts'
import { connect } from '../test/connect.ts'
import { startEventServer } from '../test/event-server.ts'
import { withoutRandomWaits } from '../test/random-waits.ts'
import { record } from '../test/record.ts'
import { connectEventStream } from './index.ts'
import type { ConnectOptions } from './index.ts'

withoutRandomWaits()

describe('options that are functions', () => {
  test('are asked for each attempt', async () => {
    const server = await startEventServer(sendAll('data: one\n\n'), answer(500), send('data: two\n\n'))
    let asked = 0
    const connection = connect('http://localhost:1/', {
      url: ({ attempt, reason }) => `${server.url}?${attempt}-${reason}`,
      headers: async () => ({ authorization: `token ${++asked}` }),
    })
    await record(connection).heard('message two')
    expect(server.exchanges.map(({ request }) => `${request.url} ${request.headers.authorization}`)).toEqual([
      '/events?1-start token 1',
      '/events?1-retry token 2',
      '/events?2-retry token 3',
    ])
  })

  test('that throw are tried again', async () => {
    const server = await startEventServer(send('data: one\n\n'))
    let asked = 0
    const { log, heard } = record(
      connect(server.url, {
        headers: () => {
          if (asked++ === 0) throw new Error('no token yet')
          return {}
        },
      }),
    )
    await heard('message one')
    expect(log[1]).toBe('state waiting 2 network')
  })

  test('may pause the connection that asks them', async () => {
    const server = await startEventServer(({ open }) => open())
    let asked = 0
    const connection = connect(server.url, {
      url: () => {
        if (++asked > 1) return server.url
        connection.pause()
        return new Promise<string>(() => undefined)
      },
    })
    const { reached } = record(connection)
    await reached('paused')
    connection.resume()
    await reached('open')
    expect(asked).toBe(2)
  })
})

test('hands the options of fetch on, and none of them can take the place of its own', async () => {
  const inits: RequestInit[] = []
  const { reached } = record(
    connect('http://localhost/', {
      credentials: 'include',
      mode: 'cors',
      signal: new AbortController().signal,
      fetch: async (_url, init) => {
        inits.push(init)
        return new Response(null, { status: 204 })
      },
    }),
  )
  await reached('done')
  expect(inits[0]).toMatchObject({ credentials: 'include', mode: 'cors', cache: 'no-store' })
  expect(inits[0]?.signal?.aborted).toBe(true)
})

test('puts the position into the query in front of what is there, and before a fragment', async () => {
  const urls: string[] = []
  const options: ConnectOptions = {
    resumeBy: 'query',
    lastEventId: '$1 &',
    fetch: async (url) => {
      urls.push(url)
      return new Response(null, { status: 204 })
    },
  }
  const sent = ['/a', '/a?', '/a?lastEventId=0&b=1', '/a#b?c', '/a?b#c']
  for (const url of sent) await record(connect(url, options)).reached('done')
  expect(urls).toEqual([
    '/a?lastEventId=%241+%26&',
    '/a?lastEventId=%241+%26&',
    '/a?lastEventId=%241+%26&lastEventId=0&b=1',
    '/a?lastEventId=%241+%26&#b?c',
    '/a?lastEventId=%241+%26&b#c',
  ])
})

describe('options that are wrong throw at the door', () => {
  test.each<{ title: string; url?: string; options?: ConnectOptions; error: typeof Error }>([
    { title: 'an invalid URL', url: 'http://', error: TypeError },
    { title: 'a relative URL where there is nothing it could refer to', url: '/events', error: TypeError },
    { title: 'a URL with a password', url: 'http://a:b@localhost/', error: TypeError },
    { title: 'no URL', url: '', error: TypeError },
    { title: 'an impossible header', options: { headers: { 'a b': 'c' } }, error: TypeError },
    { title: 'a GET with a body', options: { body: 'x' }, error: TypeError },
    { title: 'a negative reconnection time', options: { reconnectionTimeMs: -1 }, error: RangeError },
    { title: 'no reconnection time', options: { reconnectionTimeMs: NaN }, error: RangeError },
    { title: 'a heartbeat of no length', options: { heartbeatMs: 0 }, error: RangeError },
    { title: 'a limit of zero', options: { limits: { maxLineLength: 0 } }, error: RangeError },
  ])('$title', ({ url = 'http://localhost/', options, error }) => {
    expect(() => connectEventStream(url, options)).toThrow(error)
  })

  test('a channel without a URL', () => {
    // @ts-expect-error the option url is missing
    expect(() => connectEventStream(defineStream('prices'), {})).toThrow(TypeError)
  })
})
