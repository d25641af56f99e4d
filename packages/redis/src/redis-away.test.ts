import { readFile } from 'node:fs/promises'
import type { EventEmitter } from 'node:events'
import { type Announcement, type Backplane, EventStreamError } from '@millrace/server'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { RedisServer, missingRedis } from '../../../scripts/testing/redis-server.ts'
import { clientLibraries } from '../test/client-libraries.ts'
import { KEEP_ALL } from '../test/numbers.ts'
import { startTcpProxy } from '../test/tcp-proxy.ts'
import { type RedisBackplaneSettings, redisBackplane, setNewEpochs } from './index.ts'

const missing = missingRedis()
const HEAD = { from: 'head', maxEntries: 1, maxBytes: 1, history: KEEP_ALL } as const
const ALL = { ...HEAD, from: 'oldest', maxEntries: 10_000, maxBytes: 1e9 } as const

describe.each(clientLibraries)('with $name', ({ connect }) => {
  let server: RedisServer
  beforeEach(async ({ skip }) => {
    skip(missing !== undefined, missing)
    server = await RedisServer.start()
  })
  afterEach(() => server?.close())

  async function create(settings: RedisBackplaneSettings = {}, port = server.port): Promise<Backplane> {
    const { client, close } = await connect(port)
    const backplane = redisBackplane({ client, ...settings })
    onTestFinished(async () => {
      await backplane.close()
      close()
    })
    return backplane
  }

  test('calls on a Redis that is gone fail as unavailable, within their time', async () => {
    const backplane = await create({ timeoutMs: 300 })
    await append(backplane, 'a')
    await server.kill()
    // Until the client has noticed, a command may still be handed to a connection that is gone.
    await vi.waitFor(async () => expect(await codeOf(append(backplane, 'b'))).toBe('unavailable'))
    const started = performance.now()
    expect(await codeOf(append(backplane, 'b'))).toBe('unavailable')
    expect(await codeOf(backplane.read('c', HEAD))).toBe('unavailable')
    expect(await codeOf(backplane.tail('c', () => undefined))).toBe('unavailable')
    expect(performance.now() - started).toBeLessThan(3 * 300 + 1000)
    expect(backplane.state).toBe('down')
  })

  test('calls wait for a Redis that returns within their time', async () => {
    const backplane = await create({ timeoutMs: 10_000 })
    await server.kill()
    const appending = append(backplane, 'a')
    await server.start()
    expect((await appending).position.seq).toBe(1)
    expect(backplane.state).toBe('up')
  })

  test('what a hanging Redis was sent is outcome-unknown, and then nothing more is sent: unavailable', async () => {
    const states: string[] = []
    const backplane = await create({ timeoutMs: 300, onStateChange: (state) => states.push(state) })
    await append(backplane, 'a')
    server.pause()
    onTestFinished(() => server.resume())
    const started = performance.now()
    expect(await codeOf(append(backplane, 'b', 'key-b'))).toBe('outcome-unknown')
    expect(performance.now() - started).toBeLessThan(1300)
    const later = await Promise.all(['c', 'd', 'e'].map((data) => codeOf(append(backplane, data))))
    expect(later.filter((code) => code === 'unavailable').length).toBeGreaterThanOrEqual(2)
    expect(await codeOf(backplane.read('c', HEAD))).toBe('unavailable')
    server.resume()
    // What was sent before the pause was carried out after it, so that the repeat finds it there.
    const again = await vi.waitFor(() => append(backplane, 'b', 'key-b'), { timeout: 5000 })
    expect(again).toMatchObject({ repeated: true, position: { seq: 2 } })
    expect(backplane.state).toBe('up')
    expect(states).toEqual(['up', 'down', 'up'])
  })

  test('a publish whose reply was lost is repeated, counts once, and is no repeat to its caller', async () => {
    const proxy = await startTcpProxy(server.port)
    const backplane = await create({ timeoutMs: 5000 }, proxy.port)
    await append(backplane, 'a')
    proxy.cutAtNextReply(0)
    expect(await append(backplane, 'b')).toMatchObject({ repeated: false, position: { seq: 2 } })
    expect(await dataOf(backplane)).toEqual(['a', 'b'])
  })

  test('many publishes under connections that are killed count once each', async () => {
    const backplane = await create({ timeoutMs: 10_000 })
    const expected = Array.from({ length: 600 }, (_, n) => String(n))
    const appending = expected.map(async (data, n) => {
      await new Promise((resolve) => setTimeout(resolve, n / 2))
      return append(backplane, data)
    })
    for (let kills = 0; kills < 8; kills++) {
      await server.cli('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      await new Promise((resolve) => setTimeout(resolve, 40))
    }
    const results = await Promise.all(appending)
    expect(results.filter(({ repeated }) => repeated)).toEqual([])
    expect((await dataOf(backplane)).sort()).toEqual(expected.sort())
  })

  test('a Redis that is full refuses a publish, keeps what it has, and takes it when there is room', async () => {
    const backplane = await create()
    await append(backplane, 'a')
    await server.cli('CONFIG', 'SET', 'maxmemory', '1')
    const error = await append(backplane, 'b', 'key-b').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('OOM') })
    expect(await dataOf(backplane)).toEqual(['a'])
    await server.cli('CONFIG', 'SET', 'maxmemory', '0')
    expect(await append(backplane, 'b', 'key-b')).toMatchObject({ repeated: false, position: { seq: 2 } })
  })

  test('a Redis that forgot the scripts is told them again', async () => {
    const backplane = await create()
    await append(backplane, 'a')
    await server.cli('SCRIPT', 'FLUSH')
    await append(backplane, 'b')
    expect(await dataOf(backplane)).toEqual(['a', 'b'])
  })

  test('a replica that takes no writes is waited for until it does', async () => {
    const backplane = await create({ timeoutMs: 10_000 })
    await append(backplane, 'a')
    await server.cli('REPLICAOF', '127.0.0.1', '1')
    const appending = append(backplane, 'b')
    await vi.waitFor(async () => expect(await server.cli('INFO', 'errorstats')).toContain('READONLY'))
    await server.cli('REPLICAOF', 'NO', 'ONE')
    expect((await appending).position.seq).toBe(2)
  })

  test('an answer that came while the process was busy counts, though its time is over', async () => {
    const backplane = await create({ timeoutMs: 100 })
    await append(backplane, 'a')
    const appending = append(backplane, 'b')
    // Sent, and then nothing is read for longer than it may take.
    await new Promise((resolve) => setImmediate(resolve))
    for (const until = performance.now() + 200; performance.now() < until;);
    expect((await appending).position.seq).toBe(2)
  })

  test('a loss and a return are told with their cause, also when nobody asks for anything', async () => {
    const told: Array<[string, unknown]> = []
    await create({ onStateChange: (state, cause) => told.push([state, cause]) })
    await vi.waitFor(() => expect(told).toEqual([['up', undefined]]))
    await server.kill()
    await vi.waitFor(() => expect(told.map(([state]) => state)).toEqual(['up', 'down']))
    await server.start()
    await vi.waitFor(() => expect(told.slice(2)).toEqual([['up', undefined]]))
  })

  test('what Redis was forbidden to announce is told as the cause of being degraded', async () => {
    const causes: string[] = []
    const backplane = await create({
      onStateChange: (state, cause) => causes.push(`${state} ${String(cause)}`),
    })
    await server.cli('ACL', 'SETUSER', 'default', 'resetchannels')
    await append(backplane, 'a')
    expect(causes).toEqual(['up undefined', expect.stringMatching(/^degraded Error: .*channel/)])
  })

  test('backplanes that come and go leave no listeners on a client', async () => {
    const { client, close } = await connect(server.port)
    onTestFinished(close)
    const counted = client as unknown as EventEmitter
    const listeners = () => counted.eventNames().map((name) => [name, counted.listenerCount(name)])
    await redisBackplane({ client }).close()
    const before = listeners()
    for (let n = 0; n < 5; n++) await redisBackplane({ client }).close()
    expect(listeners()).toEqual(before)
  })

  test('closing lets go of the subscriber connection, and leaves the client that was given', async () => {
    const { client, close } = await connect(server.port)
    onTestFinished(close)
    const backplane = redisBackplane({ client })
    await backplane.tail('c', () => undefined)
    await vi.waitFor(async () => expect(await server.connections()).toBe(2))
    await backplane.close()
    await vi.waitFor(async () => expect(await server.connections()).toBe(1))
    const second = redisBackplane({ client })
    await append(second, 'a')
    await second.close()
  })
})

describe('by its address', () => {
  let server: RedisServer
  beforeEach(async ({ skip }) => {
    skip(missing !== undefined, missing)
    server = await RedisServer.start()
    await server.cli('ACL', 'SETUSER', 'app', 'on', '>secret', '~millrace:*', '&millrace:*', '+@all')
  })
  afterEach(() => server?.close())

  test('a Redis is connected to, and let go of', async () => {
    const backplane = redisBackplane({ url: `redis://app:secret@127.0.0.1:${server.port}` })
    await backplane.tail('c', () => undefined)
    expect((await append(backplane, 'a')).position.seq).toBe(1)
    expect(await server.connections()).toBe(2)
    expect(backplane.state).toBe('up')
    await backplane.close()
    await backplane.close()
    await vi.waitFor(async () => expect(await server.connections()).toBe(0))
  })

  test('closing ends while Redis hangs', async () => {
    const backplane = redisBackplane({ url: server.url, timeoutMs: 300 })
    await append(backplane, 'a')
    server.pause()
    onTestFinished(() => server.resume())
    const appending = codeOf(append(backplane, 'b'))
    await backplane.close()
    expect(await appending).toBe('outcome-unknown')
  })

  test('the rights that the README names are enough', async () => {
    const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
    const [, rights = ''] = /ACL SETUSER app on >secret (.*)/.exec(readme) ?? []
    await server.cli('ACL', 'SETUSER', 'app', 'reset', 'on', '>secret', ...rights.split(' '))
    const url = `redis://app:secret@127.0.0.1:${server.port}`
    const states: string[] = []
    const backplane = redisBackplane({ url, prefix: 'shop', onStateChange: (state) => states.push(state) })
    onTestFinished(() => backplane.close())
    const heard: Announcement[] = []
    const stop = await backplane.tail('c', (announcement) => heard.push(announcement))
    const history = { ...KEEP_ALL, maxEvents: 2 }
    for (const data of ['a', 'b', 'c', 'd'])
      await backplane.append('c', { type: 'n', data }, { idempotencyKey: data, history })
    await vi.waitFor(() => expect(heard).toHaveLength(4))
    expect((await backplane.read('c', { ...ALL, history })).entries).toHaveLength(2)
    stop()
    expect(await setNewEpochs({ url, prefix: 'shop' })).toBe(1)
    expect(states).toEqual(['up'])
  })

  test('a wrong password is told', async () => {
    const backplane = redisBackplane({ url: `redis://app:wrong@127.0.0.1:${server.port}`, timeoutMs: 500 })
    onTestFinished(() => backplane.close())
    const error = await append(backplane, 'a').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('WRONGPASS') })
  })
})

let keys = 0

function append(backplane: Backplane, data: string, idempotencyKey = `-${++keys}`) {
  return backplane.append('c', { type: 'n', data }, { idempotencyKey, history: KEEP_ALL })
}

async function dataOf(backplane: Backplane): Promise<string[]> {
  return (await backplane.read('c', ALL)).entries.map(({ data }) => data)
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'nothing thrown'
  } catch (error) {
    return EventStreamError.is(error) ? error.code : String(error)
  }
}
