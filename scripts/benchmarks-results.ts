import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { RecordedRun } from '../apps/bench/harness/report.ts'
import type { Target } from '../apps/bench/harness/targets.ts'
import { root } from './public-packages.ts'

/** A target as a suite judged it. */
export type JudgedTarget = Target & { readonly isMet: boolean }

/** A run that is kept; suites with targets have them among their figures. */
export type Result = RecordedRun & { readonly figures: { readonly targets?: readonly JudgedTarget[] } }

/** Reads the runs that are kept, by the names of their suites. */
export function readResults(): ReadonlyMap<string, Result> {
  const files = globSync('apps/bench/results/*.json', { cwd: root }).sort()
  return new Map(
    files.map((file) => [
      basename(file, '.json'),
      JSON.parse(readFileSync(join(root, file), 'utf8')) as Result,
    ]),
  )
}
