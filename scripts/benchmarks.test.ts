import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Ratio } from '../apps/bench/harness/ratio.ts'
import { suites } from '../apps/bench/suites.ts'
import { benchmarksPage, order, targetRows } from './benchmarks-page.ts'
import { type Result, readResults } from './benchmarks-results.ts'
import { wanted } from './benchmarks-targets.ts'
import { root } from './public-packages.ts'

const results = readResults()

test('the page of benchmarks is what the script makes of the raw figures', () => {
  expect(readFileSync(join(root, 'docs/benchmarks.md'), 'utf8')).toBe(benchmarksPage(results))
})

test('every suite is on the page', () => {
  expect([...results.keys()].sort()).toEqual(Object.keys(suites).sort())
  expect([...order].sort()).toEqual(Object.keys(suites).sort())
})

test('every target was measured, and is said to hold or to be missed', () => {
  const rows = targetRows(results)
  expect(rows.filter((row) => row.includes('not measured'))).toEqual([])
  expect(rows.length).toBeGreaterThanOrEqual(wanted.length)
})

describe.each([...results])('the raw figures of %s', (name, result) => {
  test('say what they are, and where they come from', () => {
    expect(result).toMatchObject({
      suite: name,
      machine: { cores: expect.any(Number), cpu: expect.any(String) },
      versions: { node: expect.any(String) },
      commit: expect.stringMatching(/^[0-9a-f]{12}/),
      method: expect.stringMatching(/.{100}/),
      tables: expect.arrayContaining([expect.anything()]),
    })
    expect(JSON.stringify(result)).not.toContain(hostname())
  })
})

describe('a target', () => {
  const run = (ratio: Ratio, isMet: boolean): ReadonlyMap<string, Result> => {
    const targets = [{ name: 'text, geometric mean', atLeast: 2, ratio, isMet }]
    return new Map([['encode', { figures: { targets } } as unknown as Result]])
  }
  const rowOf = (given: ReadonlyMap<string, Result>): readonly string[] | undefined =>
    targetRows(given).find(([, what]) => what === 'as text')

  test.each([
    [{ median: 2.5, low: 1.9, high: 2.6 }, true, '2.50 (1.90–2.60)', 'holds'],
    [{ median: 1.9, low: 1.8, high: 2.1 }, true, '1.90 (1.80–2.10)', 'within the interval'],
    [{ median: 1.5, low: 1.4, high: 1.6 }, false, '1.50 (1.40–1.60)', '**missed**'],
  ])('of at least 2, measured as %j, is told plainly', (ratio, isMet, measured, verdict) => {
    expect(rowOf(run(ratio, isMet))).toEqual(['[`encode`](#encode)', 'as text', '≥ 2', measured, verdict])
  })

  test('without figures is not said to hold', () => {
    expect(rowOf(new Map())).toEqual(['`encode`', 'as text', '', '', 'not measured'])
  })
})
