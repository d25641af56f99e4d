import { describe, expect, test, vi } from 'vitest'
import { answer, send, sendAll } from '../test/answers.ts'
import { connect } from '../test/connect.ts'
import { startEventServer } from '../test/event-server.ts'
import type { EventServer } from '../test/event-server.ts'
import { withoutRandomWaits } from '../test/random-waits.ts'
import { record } from '../test/record.ts'

withoutRandomWaits()

describe('status 401', () => {
  const tokens = (server: EventServer): unknown[] =>
    server.exchanges.map(({ request }) => request.headers.authorization)

  test('asks for new credentials once, and then for the stream again', async () => {
    const server = await startEventServer(answer(401), send('data: one\n\n'))
    let token = 'old'
    const reasons: string[] = []
    const { log, heard } = record(
      connect(server.url, {
        headers: ({ reason }) => {
          reasons.push(reason)
          return { authorization: token }
        },
        onUnauthorized: async () => {
          token = 'new'
        },
      }),
    )
    await heard('message one')
    expect(log.slice(0, 3)).toEqual([
      'state connecting 1 start',
      'state connecting 1 unauthorized',
      'state open',
    ])
    expect(reasons).toEqual(['start', 'unauthorized'])
    expect(tokens(server)).toEqual(['old', 'new'])
  })

  test('is final the second time in a row of attempts, whatever came between', async () => {
    const server = await startEventServer(answer(401), answer(503), answer(401))
    const onUnauthorized = vi.fn<() => void>()
    const { log, reached } = record(connect(server.url, { onUnauthorized }))
    await reached('failed')
    expect(log.at(-1)).toBe('state failed bad-status 401')
    expect(onUnauthorized).toHaveBeenCalledTimes(1)
    expect(server.exchanges).toHaveLength(3)
  })

  test('asks again once a stream was open between, or somebody ordered to reconnect', async () => {
    const server = await startEventServer(
      answer(401),
      sendAll('data: one\n\n'),
      answer(401),
      answer(401),
      answer(401),
      send('data: two\n\n'),
    )
    const onUnauthorized = vi.fn<() => void>()
    const connection = connect(server.url, { onUnauthorized })
    const { reached, heard } = record(connection)
    await reached('failed')
    expect(onUnauthorized).toHaveBeenCalledTimes(2)
    connection.reconnect()
    await heard('message two')
    expect(onUnauthorized).toHaveBeenCalledTimes(3)
  })

  test('is final where credentials cannot be had', async () => {
    const server = await startEventServer(answer(401))
    const { log, reached } = record(
      connect(server.url, { onUnauthorized: () => Promise.reject(new Error('signed out')) }),
    )
    await reached('failed')
    expect(log).toContain('state waiting 2 network')
    expect(log.at(-1)).toBe('state failed bad-status 401')
    expect(server.exchanges).toHaveLength(2)
  })

  test('is final for a request that must not be sent again', async () => {
    const server = await startEventServer(answer(401))
    const onUnauthorized = vi.fn<() => void>()
    const { reached } = record(connect(server.url, { method: 'POST', onUnauthorized }))
    await reached('failed')
    expect(onUnauthorized).not.toHaveBeenCalled()
    expect(server.exchanges).toHaveLength(1)
  })
})
