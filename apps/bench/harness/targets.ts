import { type Ratio, ratioText } from './ratio.ts'
import type { Table } from './suite.ts'

/** A ratio that the project wants to reach, and the one measured. */
export interface Target {
  readonly name: string
  readonly atLeast: number
  readonly ratio: Ratio
}

/** A target with its verdict: it is missed when all of the interval lies below it. */
export function judged(target: Target): Target & { readonly isMet: boolean } {
  return { ...target, isMet: target.ratio.high >= target.atLeast }
}

/** Targets for people. */
export function targetTable(targets: readonly Target[]): Table {
  return {
    title: 'Targets, as ratios to the peer (the interval around the median)',
    columns: ['', 'target', 'measured', ''],
    rows: targets
      .map(judged)
      .map(({ name, atLeast, ratio, isMet }) => [
        name,
        `≥ ${atLeast}`,
        ratioText(ratio),
        isMet ? 'met' : 'MISSED',
      ]),
  }
}
