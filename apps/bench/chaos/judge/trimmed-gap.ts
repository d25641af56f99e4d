import type { Branch, ChannelLines } from './lines.ts'
import { type Position, keyOf } from './position.ts'
import type { Violation } from './verdict.ts'

/** What is known of the history that a channel keeps. */
export interface HistoryRules {
  /** How many entries it keeps at the least. */
  readonly keptEvents: number
  /** How many publishes of the channel were under way at a moment: their entries may be there and not be known. */
  readonly underWayAt: (atMs: number) => number
}

/** A gap `trimmed`, as a client was told of it. */
export interface TrimmedGap {
  readonly atMs: number
  readonly missed: number | null
  /** Where the client was. */
  readonly from: Position
  /** From where it goes on. */
  readonly to: Position
  /** The lines that it may go on along. */
  readonly branches: readonly Branch[]
}

/** Says what is wrong with a gap `trimmed`, if anything: its number, or that what it passes over was still kept. */
export function faultOfTrimmed(
  { atMs, missed, from, to, branches }: TrimmedGap,
  { lines, rules }: { readonly lines: ChannelLines; readonly rules: HistoryRules },
): Pick<Violation, 'kind' | 'expected' | 'got'> | undefined {
  if (to.epoch !== from.epoch || missed !== to.seq - from.seq || missed <= 0) {
    const expected = `trimmed from ${keyOf(from)} to ${keyOf(to)}`
    return { kind: 'gapsWrong', expected, got: `missed ${missed}` }
  }
  const heads = branches.map((branch) => lines.headAt(branch, atMs))
  const head = Math.max(...heads) + rules.underWayAt(atMs)
  if (to.seq + rules.keptEvents <= head) return undefined
  const got = `trimmed to ${to.seq}, though the log ended at ${head} and keeps ${rules.keptEvents}`
  return { kind: 'gapsUnneeded', expected: `resumed at ${keyOf(from)}`, got }
}
