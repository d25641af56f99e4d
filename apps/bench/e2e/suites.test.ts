import { expect, onTestFinished, test } from 'vitest'
import { missingRedis } from '../../../scripts/testing/redis-server.ts'
import { Children } from '../harness/children.ts'
import { suites } from '../suites.ts'

/** Each suite in a few seconds: enough to see that it runs, and that promises are kept where there is no load to speak of. */
const small: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  crowd: { streams: 50, seconds: 1 },
  failover: { clients: 20, rounds: 2 },
  herd: { clients: 50, rounds: 2 },
  pressure: { slow: 5, healthy: 2, megabytes: 6 },
  latest: { readers: 2, seconds: 1 },
  react: { components: 3, events: 200, seconds: 1 },
  revoke: { users: 20, revocations: 2, revalidateMs: 500 },
  fanout: { streams: 20, manyStreams: 0, rounds: 1, turns: 1, deliveries: 100 },
  latency: { streams: 20, rounds: 1, seconds: 1 },
  parse: { rounds: 1, sampleMs: 1, kibibytes: 16, corpora: 1, chunkings: 1 },
  'parse-strings': { rounds: 1, sampleMs: 1, kibibytes: 16, corpora: 1, chunkings: 1 },
  encode: { rounds: 1, sampleMs: 1, kibibytes: 16, loads: 1 },
  iterate: { rounds: 1, sampleMs: 1, kibibytes: 16, cells: 1 },
  size: {},
  memory: { few: 20, many: 60, rounds: 1, next: 0 },
  growth: { clients: 100, history: 1000, channels: 10, megabytes: 1, rounds: 1, sampleMs: 1 },
}

/** Suites that take more than seconds however small: this one builds an app first. */
const neverSmall = ['fanout-next']

test('every suite has a small run, or cannot', () => {
  expect(Object.keys(small)).toEqual(Object.keys(suites).filter((name) => !neverSmall.includes(name)))
})

for (const [name, set] of Object.entries(small)) {
  test(`the suite ${name} finds every promise kept in a small run`, async ({ skip }) => {
    const missing = name === 'failover' ? missingRedis() : undefined
    skip(missing !== undefined, missing)
    const children = new Children({ packages: 'source' })
    onTestFinished(() => children.stop())
    const suite = suites[name]
    const settings = suite?.settingsOf({ isQuick: true, set })
    const finding = await suite?.run(settings ?? {}, { children, note: () => undefined })
    expect(finding?.problems).toEqual([])
    expect(finding?.tables.every(({ rows }) => rows.length > 0)).toBe(true)
  })
}
