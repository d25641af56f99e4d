import { describe, expect, test } from 'vitest'
import { streamRequest } from '../../test/block-reader.ts'
import { createHub, ticks } from '../../test/create-hub.ts'
import { returnLaterResponse } from './event-stream-headers.ts'
import { toResponse } from './to-response.ts'

describe('a client that is asked to return later', () => {
  test('never returns at once, and again and again', async () => {
    expect(await returnLaterResponse(streamRequest(), 0).text()).toBe('retry: 250\n\n')
    const plain = returnLaterResponse(new Request('http://localhost/'), 0)
    expect([plain.status, plain.headers.get('retry-after')]).toEqual([503, '1'])
    const hub = createHub()
    const text = (await toResponse(streamRequest(), ticks, { hub })).text()
    await hub.drain({ windowMs: 0 })
    expect(await text).toMatch(/(^|\n)retry: 250\n\n$/)
  })
})

test('refusals, and other answers that are no stream, are stored by nobody', async () => {
  const hub = createHub({ limits: { total: 1 } })
  const evil = { 'sec-fetch-site': 'cross-site' }
  const answers = [
    await toResponse(streamRequest('', { headers: evil }), ticks, { hub }),
    await toResponse(streamRequest('', { method: 'PUT' }), ticks, { hub }),
    await toResponse(streamRequest('', { method: 'OPTIONS' }), ticks, { hub }),
    await toResponse(streamRequest(), ticks, { hub }),
    await toResponse(streamRequest(), ticks, { hub }),
    returnLaterResponse(new Request('http://localhost/'), 1000),
  ]
  expect(answers.map(({ status }) => status)).toEqual([403, 405, 204, 200, 429, 503])
  for (const answer of answers) expect(answer.headers.get('cache-control')).toContain('no-store')
})
