import type { DataLoss } from './records.ts'

/** The data from one loss to the next. */
export interface Life {
  readonly index: number
  /** Redis had this data at no moment before, */
  readonly beganAtMs: number
  /** and at none after. */
  readonly endedAtMs: number
  /** The life whose data it began with, and when that was saved; missing where it began with nothing. */
  readonly restored?: { readonly from: Life; readonly savedFromMs: number; readonly savedToMs: number }
  /** When the operator's command set new epochs, if it did. */
  readonly newEpochs?: { readonly fromMs: number; readonly toMs: number }
}

/** The lives that losses divide a run into. */
export function livesOf(losses: readonly DataLoss[]): readonly Life[] {
  const lives: Life[] = []
  for (let index = 0; index <= losses.length; index++) {
    const begun = losses[index - 1]
    const span = {
      index,
      beganAtMs: begun?.beganAtMs ?? -Infinity,
      endedAtMs: losses[index]?.endedAtMs ?? Infinity,
    }
    if (begun?.kind !== 'rolled-back') {
      lives.push(span)
      continue
    }
    const { savedFromMs, savedToMs, newEpochs } = begun
    const from = lives.find(({ endedAtMs }) => endedAtMs > savedToMs)
    if (!from) throw new RangeError(`loss ${index - 1} was restored from a save that no life made`)
    lives.push({ ...span, restored: { from, savedFromMs, savedToMs }, ...(newEpochs && { newEpochs }) })
  }
  return lives
}

/** The lives that something may belong to that was made after one moment, and before another. */
export function livesBetween(
  lives: readonly Life[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): readonly Life[] {
  const first = lives.find(({ endedAtMs }) => endedAtMs >= fromMs)
  return lives.filter((life) => life === first || (life.endedAtMs >= fromMs && life.beganAtMs <= toMs))
}
