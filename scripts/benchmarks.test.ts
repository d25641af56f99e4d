import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { suites } from '../apps/bench/suites.ts'
import { benchmarksPage, order, targetRows } from './benchmarks-page.ts'
import { type Result, readResults } from './benchmarks-results.ts'
import { root } from './public-packages.ts'

const results = readResults()

test('the page of benchmarks is what the script makes of the raw figures', () => {
  expect(readFileSync(join(root, 'docs/benchmarks.md'), 'utf8')).toBe(benchmarksPage(results))
})

test('every suite has its place on the page', () => {
  expect([...order].sort()).toEqual(Object.keys(suites).sort())
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
  const ratio = { median: 0.5, low: 0.4, high: 0.6 }
  const run = (isMet: boolean): ReadonlyMap<string, Result> =>
    new Map([
      [
        'encode',
        { figures: { targets: [{ name: 'text, mean', atLeast: 2, ratio, isMet }] } } as unknown as Result,
      ],
    ])
  const rowOf = (given: ReadonlyMap<string, Result>): readonly string[] | undefined =>
    targetRows(given).find(([, what]) => what?.startsWith('as text'))

  test.each([
    [true, 'holds'],
    [false, '**missed**'],
  ])('is told plainly', (isMet, verdict) => {
    const cells = ['[`encode`](#encode)', 'as text: text, mean', '≥ 2', '0.50 (0.40–0.60)', verdict]
    expect(rowOf(run(isMet))).toEqual(cells)
  })

  test('without figures is not said to hold', () => {
    expect(rowOf(new Map())).toEqual(['`encode`', 'as text', '', '', 'not measured'])
  })
})
