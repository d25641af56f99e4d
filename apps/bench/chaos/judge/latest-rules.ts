import type { Entry } from './entries.ts'
import type { LatestRules } from './latest-judge.ts'
import type { ChannelLines } from './lines.ts'
import { keyOf, positionOf } from './position.ts'
import type { DataLoss, PublishRecord } from './records.ts'

/**
 * What a channel of latest values came to, by acknowledgements alone: an id of such a channel says how far its client is, and not
 * which entry it stands on.
 */
export function latestOf(
  lines: ChannelLines,
  {
    publishes,
    losses,
    latestKeyOf,
  }: {
    readonly publishes: readonly PublishRecord[]
    readonly losses: readonly DataLoss[]
    readonly latestKeyOf: (n: number) => string
  },
): Pick<LatestRules, 'entryOf' | 'newest'> {
  const entries = new Map<number, Entry>()
  const newest = new Map<string, Entry>()
  const { last } = lines
  for (const publish of publishes) {
    const { n, acknowledged } = publish
    const position = acknowledged && positionOf(acknowledged.cursor)
    const entry = position && lines.entries.get(keyOf(position))
    if (!entry) continue
    if (!losses.some((loss) => isAcross(publish, loss))) entries.set(n, entry)
    const isKept = last !== undefined && lines.survives(entry, last) === 'yes'
    if (isKept && entry.seq > (newest.get(latestKeyOf(n))?.seq ?? 0)) newest.set(latestKeyOf(n), entry)
  }
  return { newest, entryOf: (n) => entries.get(n) }
}

/** Whether an attempt may have made an entry before a loss, and another one the entry that was acknowledged. */
function isAcross({ firstAtMs, acknowledged }: PublishRecord, loss: DataLoss): boolean {
  const newEpochs = loss.kind === 'rolled-back' ? loss.newEpochs : undefined
  const isOverAtMs = newEpochs?.toMs ?? loss.beganAtMs
  return firstAtMs <= isOverAtMs && (acknowledged?.atMs ?? Infinity) >= loss.endedAtMs
}
