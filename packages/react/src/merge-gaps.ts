import type { GapItem } from '@millrace/client'

/** Why events will not come, the most certain of what was lost first. */
const REASONS: readonly GapItem['data']['reason'][] = [
  'overflow',
  'trimmed',
  'too-many',
  'restarted',
  'diverged',
  'unknown',
]

/** Makes one gap of two: the graver reason, and how many are missing in all, if both know. */
export function mergeGaps({ data: first }: GapItem, later: GapItem): GapItem {
  const { data: second } = later
  const isGraver = REASONS.indexOf(first.reason) > REASONS.indexOf(second.reason)
  const missed = first.missed === null || second.missed === null ? null : first.missed + second.missed
  return { ...later, data: { reason: (isGraver ? first : second).reason, missed } }
}
