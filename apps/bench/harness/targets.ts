import { type Ratio, ratioText } from './ratio.ts'
import type { Table } from './suite.ts'

/** A ratio that the project wants to reach, or not to pass, and the one measured. */
export type Target = { readonly name: string; readonly ratio: Ratio } & (
  | { readonly atLeast: number }
  | { readonly atMost: number }
)

/** A target with its verdict: it is missed when all of the interval lies on the wrong side of it. */
export function judged<Given extends Target>(target: Given): Given & { readonly isMet: boolean } {
  const { ratio } = target
  return { ...target, isMet: 'atLeast' in target ? ratio.high >= target.atLeast : ratio.low <= target.atMost }
}

/** Targets for people. */
export function targetTable(targets: readonly Target[]): Table {
  return {
    title: 'Targets, as ratios (the interval around the median)',
    columns: ['', 'target', 'measured', ''],
    rows: targets
      .map(judged)
      .map((target) => [
        target.name,
        boundText(target),
        ratioText(target.ratio),
        target.isMet ? 'met' : 'MISSED',
      ]),
  }
}

/** What a target asks for, for people. */
function boundText(target: Target): string {
  return 'atLeast' in target ? `≥ ${target.atLeast}` : `≤ ${target.atMost}`
}
