import { describe, expect, onTestFinished, test } from 'vitest'
import { missingRedis } from '../../../scripts/testing/redis-server.ts'
import { BROKEN_BUILDS } from '../chaos/broken/builds.ts'
import { chaosWith } from '../chaos/chaos-with.ts'
import { isKept } from '../chaos/judge/verdict.ts'
import type { ChaosFinding } from '../chaos/run-chaos.ts'
import { Children } from '../harness/children.ts'

const missing = missingRedis()

/** Twelve seconds of chaos, and some to settle. */
async function shortRun({
  broken,
  seed = 1,
}: { readonly broken?: string; readonly seed?: number } = {}): Promise<ChaosFinding> {
  const children = new Children({ packages: 'source' })
  onTestFinished(() => children.stop())
  const options = { seconds: 12, instances: 2, clients: 32, seed, broken }
  return chaosWith(options, { children, packages: 'source', note: () => undefined })
}

describe.skipIf(missing)(`chaos${missing ? ` (${missing})` : ''}`, { timeout: 240_000 }, () => {
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

  // Two at a time: one alone leaves half of two cores idle, and all four want more than there is.
  test.each([
    ['history-before-subscribe', 'no-tag-check'],
    ['two-calls', 'no-position-check'],
  ] as const)('finds out the broken builds %s and %s', async (...builds) => {
    const findings = await Promise.all(builds.map((broken) => findOut(broken)))
    expect(findings.map(({ missed }) => missed)).toEqual([[], []])
    expect(findings.map(({ report }) => isKept(report))).toEqual([false, false])
    expect(findings.filter(({ violations }) => violations.length === 0)).toEqual([])
  })
})

/** What each broken build has to be found out by. */
const FOUND = {
  'history-before-subscribe': ['lost'],
  'two-calls': ['lost', 'gapsUnneeded'],
  'no-tag-check': ['lost', 'gapsWrong'],
  'no-position-check': ['lost'],
} as const

/** What came of a broken build, and what of its faults was not found. */
type BrokenFinding = ChaosFinding & { readonly missed: readonly string[] }

/** On a machine that is busy with other things a short run may pass a fault by: another seed is another chance. */
async function findOut(broken: keyof typeof FOUND): Promise<BrokenFinding> {
  for (let seed = 1; ; seed++) {
    const finding = await shortRun({ broken, seed })
    const missed = FOUND[broken].filter((kind) => finding.report[kind] === 0)
    if (missed.length === 0 || seed === 3) return { ...finding, missed }
  }
}

test('every broken build is known by what it leaves out', () => {
  expect(Object.keys(BROKEN_BUILDS)).toEqual(Object.keys(FOUND))
})
