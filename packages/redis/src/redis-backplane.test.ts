import { EventStreamError } from '@millrace/server'
import { describe, expect, test } from 'vitest'
import {
  type RedisBackplaneOptions,
  type SetNewEpochsOptions,
  redisBackplane,
  setNewEpochs,
} from './index.ts'

const url = 'redis://localhost'

describe('redisBackplane', () => {
  test.each([
    [{}, 'give either client or url; got neither'],
    [{ url, client: {} }, 'give either client or url; got both'],
    [{ url: 'localhost:6379' }, 'url must begin with redis:// or rediss://; got "localhost:'],
    [{ url: 'http://user:secret@host' }, 'url must begin with redis:// or rediss://; got "http://use"'],
    [{ url: 6379 }, 'url must begin with redis:// or rediss://; got "6379"'],
    [{ client: null }, 'client must be a client of redis (5 or later) or ioredis; got null'],
    [{ client: new Map() }, 'client must be a client of redis (5 or later) or ioredis; got an object of Map'],
    [
      { client: { on() {}, duplicate() {}, call() {}, status: 'ready', options: { keyPrefix: 'app:' } } },
      'keyPrefix',
    ],
    [{ url, prefix: '' }, 'prefix must be 1 to 64 characters without braces or white space; got ""'],
    [{ url, prefix: 'a{b' }, 'got "a{b"'],
    [{ url, timeoutMs: 0 }, 'timeoutMs must be a number of milliseconds from 1 to 2147483647; got 0'],
    [{ url, positionCheckMs: Infinity }, 'positionCheckMs must be a number of milliseconds'],
    [{ url, keepPositionMs: Number.NaN }, 'keepPositionMs must be a number of milliseconds'],
    [
      { url, keepPositionMs: 59_999 },
      'keepPositionMs must be at least twice positionCheckMs, 60000; got 59999',
    ],
    [{ url, onStateChange: 'up' }, 'onStateChange must be a function; got up'],
  ])('refuses %j at the door, by name and value', (options, message) => {
    // What a caller without types may hand over.
    expect(() => redisBackplane(options as unknown as RedisBackplaneOptions)).toThrow(message)
  })

  test('opens nothing that nobody closes when an option is wrong', () => {
    const client = { on: () => expect.unreachable(), duplicate: () => expect.unreachable() }
    const options = { client, timeoutMs: -1 } as unknown as RedisBackplaneOptions
    expect(() => redisBackplane(options)).toThrow(RangeError)
  })

  test('answers within its time where no Redis is', async () => {
    const backplane = redisBackplane({ url: 'redis://127.0.0.1:1', timeoutMs: 200 })
    const error = await backplane.tail('c', () => undefined).catch((thrown: unknown) => thrown)
    expect(EventStreamError.is(error) && error.code).toBe('unavailable')
    expect(backplane.state).toBe('down')
    await backplane.close()
  })
})

test.each([
  [{}, 'setNewEpochs: give either client or url; got neither'],
  [{ url, prefix: 'a b' }, 'prefix must be'],
])('setNewEpochs refuses %j at the door', async (options, message) => {
  await expect(setNewEpochs(options as unknown as SetNewEpochsOptions)).rejects.toThrow(message)
})
