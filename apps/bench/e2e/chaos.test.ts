import { describe, expect, onTestFinished, test } from 'vitest'
import { BROKEN_BUILDS } from '../chaos/broken/builds.ts'
import { chaosWith } from '../chaos/chaos-with.ts'
import { isKept } from '../chaos/judge/verdict.ts'
import { missingRedis } from '../chaos/redis-server.ts'
import type { ChaosFinding } from '../chaos/run-chaos.ts'
import { Children } from '../harness/children.ts'

const missing = missingRedis()

/** A quarter of a minute of chaos, and as long again to settle. */
async function shortRun(broken?: string): Promise<ChaosFinding> {
  const children = new Children({ packages: 'source' })
  onTestFinished(() => children.stop())
  const options = { seconds: 15, instances: 2, clients: 32, seed: 1, broken }
  return chaosWith(options, { children, packages: 'source', note: () => undefined })
}

describe.skipIf(missing)(`chaos${missing ? ` (${missing})` : ''}`, { timeout: 180_000 }, () => {
  test('costs no client an event that it is not told of', async () => {
    const { report, violations } = await shortRun()
    expect(violations).toEqual([])
    expect(isKept(report)).toBe(true)
    const { deliveries, gapsTold, recoveries, kills, pauses, restarts, rollbacks, subscriberDrops, cuts } =
      report
    const happened = {
      deliveries,
      gapsTold,
      recoveries,
      kills,
      pauses,
      restarts,
      rollbacks,
      subscriberDrops,
      cuts,
    }
    expect(Object.entries(happened).filter(([, count]) => count === 0)).toEqual([])
  })

  test.each([
    ['history-before-subscribe', ['lost']],
    ['two-calls', ['lost', 'gapsUnneeded']],
    ['no-tag-check', ['lost', 'gapsWrong']],
    ['no-position-check', ['lost']],
  ] as const)('finds out the broken build %s', async (broken, found) => {
    const { report, violations } = await shortRun(broken)
    expect(isKept(report)).toBe(false)
    expect(found.filter((kind) => report[kind] === 0)).toEqual([])
    expect(violations.length).toBeGreaterThan(0)
  })
})

test('every broken build is known by what it leaves out', () => {
  expect(Object.keys(BROKEN_BUILDS)).toEqual([
    'history-before-subscribe',
    'two-calls',
    'no-tag-check',
    'no-position-check',
  ])
})
