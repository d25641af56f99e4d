import type { Announcement, Backplane, HistoryPolicy } from '@millrace/server'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { RedisServer, missingRedis } from '../../../scripts/testing/redis-server.ts'
import { KEEP_ALL, range } from '../test/numbers.ts'
import { type RedisBackplaneSettings, redisBackplane } from './index.ts'

const missing = missingRedis()
const OLDEST = { from: 'oldest', maxEntries: 10_000, maxBytes: 1e9 } as const
let server: RedisServer
let tests = 0

beforeAll(async () => {
  if (!missing) server = await RedisServer.start()
})
afterAll(() => server?.close())
beforeEach(({ skip }) => skip(missing !== undefined, missing))

function create(settings: RedisBackplaneSettings = {}): { backplane: Backplane; prefix: string } {
  const { prefix = `history-${++tests}` } = settings
  const backplane = redisBackplane({ url: server.url, ...settings, prefix })
  onTestFinished(() => backplane.close())
  return { backplane, prefix }
}

async function append(backplane: Backplane, data: string, history: HistoryPolicy, key = `-${Math.random()}`) {
  return backplane.append('c', { type: 'n', data }, { idempotencyKey: key, history })
}

test('a log keeps as many bytes as its history says, and tells exactly where it begins', async () => {
  const { backplane, prefix } = create()
  // 2 × (1 + 100) + 128 bytes each, so that three fit.
  const history = { ...KEEP_ALL, maxBytes: 1000 }
  const positions = []
  for (const n of range(1, 10))
    positions.push((await append(backplane, String(n).padEnd(100), history)).position)
  const page = await backplane.read('c', { ...OLDEST, history })
  expect(page.entries.map(({ seq }) => seq)).toEqual([8, 9, 10])
  expect(page.base).toEqual(positions[6])
  expect(page.bytesToHead).toBe(3 * 330)
  expect(await server.cli('XLEN', `${prefix}:{c}:log`)).toBe('3')
})

test('a reader whose history is narrower than the writers’ sees a log that begins later', async () => {
  const { backplane } = create()
  const { head: origin } = await backplane.read('c', { ...OLDEST, history: KEEP_ALL })
  const positions = [origin]
  for (const n of range(1, 100)) positions.push((await append(backplane, String(n % 10), KEEP_ALL)).position)
  const read = (history: Partial<HistoryPolicy>) =>
    backplane.read('c', { ...OLDEST, history: { ...KEEP_ALL, ...history } })
  for (const kept of [0, 1, 37, 100, 200]) {
    const first = Math.max(101 - kept, 1)
    for (const page of [await read({ maxEvents: kept }), await read({ maxBytes: kept * 132 })]) {
      expect(page.entries.map(({ seq }) => seq)).toEqual(range(first, 100))
      expect(page.base).toEqual(positions[first - 1])
    }
  }
})

test('an idempotency key is known for as long as its entry is kept, and as a publish is tried again', async () => {
  const { backplane, prefix } = create({ timeoutMs: 250 })
  const history = { ...KEEP_ALL, maxEvents: 3 }
  const appendKeyed = () => append(backplane, '1', history, 'key')
  const first = await appendKeyed()
  expect(await appendKeyed()).toEqual({ position: first.position, repeated: true })
  for (const n of range(2, 10)) await append(backplane, String(n), history)
  expect(await appendKeyed()).toEqual({ position: first.position, repeated: true })
  // Each append forgets what it may.
  await vi.waitFor(async () => {
    await append(backplane, 'x', history)
    expect(await appendKeyed()).toMatchObject({ repeated: false })
  })
  await vi.waitFor(async () => {
    await append(backplane, 'x', history)
    expect(Number(await server.cli('HLEN', `${prefix}:{c}:ids`))).toBeLessThan(20)
  })
})

test('keys that outlived their entries are forgotten, however many', async () => {
  const { backplane, prefix } = create()
  const history = { ...KEEP_ALL, maxEvents: 10 }
  await Promise.all(range(1, 1500).map((n) => append(backplane, String(n), history)))
  const fields = async () => Number(await server.cli('HLEN', `${prefix}:{c}:ids`))
  expect(await fields()).toBe(10 + 2 * 1490)
  // As if their time were over.
  const { backplane: later } = create({ prefix, timeoutMs: 1 })
  await vi.waitFor(() => append(later, 'x', history))
  for (const n of range(1, 3)) await vi.waitFor(() => append(later, String(n), history))
  await vi.waitFor(async () => {
    await append(backplane, 'x', { ...history, maxEvents: 1000 })
    expect(await server.cli('HEXISTS', `${prefix}:{c}:meta`, 'late')).toBe('0')
  })
  expect(await fields()).toBe(Number(await server.cli('XLEN', `${prefix}:{c}:log`)))
})

test('a history that is cut down shrinks step by step, and is read as cut down at once', async () => {
  const { backplane, prefix } = create()
  await Promise.all(range(1, 1500).map((n) => append(backplane, String(n), KEEP_ALL)))
  const history = { ...KEEP_ALL, maxEvents: 10 }
  await append(backplane, 'x', history)
  expect((await backplane.read('c', { ...OLDEST, history })).entries).toHaveLength(10)
  const kept = Number(await server.cli('XLEN', `${prefix}:{c}:log`))
  expect(kept).toBeGreaterThan(500)
  for (const n of range(1, 4)) await append(backplane, String(n), history)
  expect(await server.cli('XLEN', `${prefix}:{c}:log`)).toBe('10')
})

test('the position of a channel outlives its entries by days', async () => {
  const { backplane, prefix } = create({ timeoutMs: 250 })
  const { position } = await append(backplane, '1', { ...KEEP_ALL, maxAgeMs: 20 })
  await vi.waitFor(
    async () => expect(await server.cli('EXISTS', `${prefix}:{c}:log`, `${prefix}:{c}:ids`)).toBe('0'),
    {
      timeout: 5000,
    },
  )
  const page = await backplane.read('c', { ...OLDEST, history: KEEP_ALL })
  expect(page).toEqual({ head: position, base: position, entries: [], bytesToHead: 0 })
  expect(Number(await server.cli('TTL', `${prefix}:{c}:meta`))).toBeGreaterThan(6 * 86_400)
})

test('the position of a channel is kept for as long as was asked for, and never less than its entries', async () => {
  const keepPositionMs = 600_000
  const { backplane, prefix } = create({ keepPositionMs })
  const ttl = async (key: string) => Number(await server.cli('PTTL', `${prefix}:{c}:${key}`))
  const read = () => backplane.read('c', { ...OLDEST, history: KEEP_ALL })
  await read()
  expect(await ttl('meta')).toBeGreaterThan(keepPositionMs)
  // Some time later.
  await server.cli('PEXPIRE', `${prefix}:{c}:meta`, String(0.9 * keepPositionMs))
  await read()
  expect(await ttl('meta')).toBeGreaterThan(keepPositionMs)
  await append(backplane, '1', { ...KEEP_ALL, maxAgeMs: 2 * keepPositionMs })
  expect(await ttl('meta')).toBeGreaterThan(await ttl('log'))
})

test('channels with unusual names are channels of their own', async () => {
  const { backplane } = create()
  const channels = ['a', '{a}', 'a}', '}', '{', '{}', '%7Ba%7D', 'a:meta', 'ä\u{1F600}', 'rooms?id=1&x=%7D']
  const heard: string[] = []
  for (const channel of channels) {
    await backplane.tail(channel, (announcement: Announcement) => {
      if (announcement.kind === 'entry') heard.push(`${channel} ${announcement.entry.data}`)
    })
    await backplane.append(channel, { type: 'n', data: channel }, { idempotencyKey: 'k', history: KEEP_ALL })
  }
  for (const channel of channels) {
    const { entries } = await backplane.read(channel, { ...OLDEST, history: KEEP_ALL })
    expect(entries.map(({ data }) => data)).toEqual([channel])
  }
  await vi.waitFor(() => expect(heard).toEqual(channels.map((channel) => `${channel} ${channel}`)))
})

test('large events are read page by page', async () => {
  const { backplane } = create()
  const large = 'x'.repeat(1024 * 1024)
  for (const _ of range(1, 6)) await append(backplane, large, KEEP_ALL)
  const page = await backplane.read('c', { ...OLDEST, maxBytes: 5 * 1024 * 1024, history: KEEP_ALL })
  expect(page.entries.map(({ data }) => data.length)).toEqual([large.length, large.length])
  expect(page.bytesToHead).toBe(6 * (2 * (large.length + 1) + 128))
})

test('what another program publishes on our pub/sub channel is nothing to us', async () => {
  const { backplane, prefix } = create()
  const heard: Announcement[] = []
  await backplane.tail('c', (announcement) => heard.push(announcement))
  for (const text of ['', 'hello', 'a b c', '\n', 'a 1 b c\nd'])
    await server.cli('PUBLISH', `${prefix}:{c}:live`, text)
  const { position } = await append(backplane, '1', KEEP_ALL)
  await vi.waitFor(() => expect(heard).toHaveLength(1))
  expect(heard[0]).toMatchObject({ kind: 'entry', entry: { ...position, data: '1' } })
})
