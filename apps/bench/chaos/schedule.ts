import { seededRandom } from '../../../scripts/testing/seeded-random.ts'
import type { ChaosOptions } from './options.ts'

/** Something that is done to a part, at a time from the beginning on. */
export type Act = { readonly atMs: number } & (
  | { readonly kind: 'kill'; readonly instance: number; readonly downMs: number }
  | { readonly kind: 'pause'; readonly part: number | 'redis'; readonly forMs: number }
  | { readonly kind: 'restart'; readonly downMs: number }
  | { readonly kind: 'wipe'; readonly downMs: number }
  /** Saves, goes on for a while, and puts the save back. */
  | {
      readonly kind: 'roll-back'
      readonly afterMs: number
      readonly downMs: number
      readonly setsNewEpochs: boolean
    }
  | { readonly kind: 'drop-subscribers' }
  /** Redis takes entries and announces none of them. */
  | { readonly kind: 'mute'; readonly forMs: number }
  /** Some clients read nothing. */
  | { readonly kind: 'stall'; readonly share: number; readonly forMs: number }
  /** Some clients leave, and come back. */
  | { readonly kind: 'leave'; readonly share: number; readonly forMs: number }
)

/** What is done in a run, and when. */
export interface Schedule {
  /** In order of time. */
  readonly acts: readonly Act[]
  /** When nothing new is done any more, and connections are no longer cut, in milliseconds. */
  readonly calmAtMs: number
  /** From when on nothing is announced, until the last event is published: only comparing positions can find those. */
  readonly muteAtMs: number
  /** When publishing ends. */
  readonly endMs: number
}

const CALM_MS = 2500
const LAST_MUTE_MS = 1000

/** Works out a schedule; the same for the same options. In 120 seconds it has all that a run has to have, and somewhat more. */
export function scheduleOf({ seconds, instances, seed }: ChaosOptions): Schedule {
  const random = seededRandom(seed)
  const between = (least: number, most: number): number => least + random() * (most - least)
  const endMs = seconds * 1000
  const muteAtMs = endMs - LAST_MUTE_MS
  const calmAtMs = muteAtMs - CALM_MS
  /** Nobody is kept away from the end. */
  const upToCalm = (atMs: number, ms: number): number => Math.min(ms, calmAtMs - atMs)
  const times = (everySeconds: number, least = 1): number =>
    Math.max(least, Math.round(seconds / everySeconds))

  /** Divides the time evenly, and picks a moment in each part. */
  const spread = (
    count: number,
    act: (atMs: number, index: number) => Act | readonly Act[],
  ): readonly Act[] =>
    Array.from({ length: count }, (_, index) =>
      act(((index + between(0.05, 0.8)) * calmAtMs) / count, index),
    ).flat()

  const pauses = times(12)
  const others = [
    ...spread(times(14), (atMs) => ({
      kind: 'kill',
      atMs,
      instance: Math.floor(random() * instances),
      downMs: upToCalm(atMs, between(100, 2000)),
    })),
    ...spread(pauses, (atMs, index) => ({
      kind: 'pause',
      atMs,
      part: index % 4 === 3 ? 'redis' : Math.floor(random() * instances),
      forMs: upToCalm(atMs, between(300, 4000)),
    })),
    ...spread(times(4, 2), (atMs) => ({ kind: 'drop-subscribers', atMs })),
    ...spread(times(20), (atMs) => ({ kind: 'mute', atMs, forMs: between(200, 1000) })),
    ...spread(times(8), (atMs) => ({
      kind: 'stall',
      atMs,
      share: 0.5,
      forMs: upToCalm(atMs, between(5000, 12_000)),
    })),
    ...spread(times(10), (atMs) => ({
      kind: 'leave',
      atMs,
      share: 0.05,
      forMs: upToCalm(atMs, between(500, 20_000)),
    })),
  ]
  return {
    acts: [...others, ...actsOnData()].sort((one, other) => one.atMs - other.atMs),
    calmAtMs,
    muteAtMs,
    endMs,
  }

  /** One after the other, in random order, since each needs time to be seen. */
  function actsOnData(): readonly Act[] {
    const kinds = [
      ...Array<'restart'>(times(30)).fill('restart'),
      ...Array<'wipe'>(times(40)).fill('wipe'),
      ...Array<'roll-back'>(times(30, 2)).fill('roll-back'),
    ]
    shuffle(kinds, random)
    const partMs = calmAtMs / kinds.length
    let rollbacks = Math.floor(random() * 2)
    return kinds.flatMap((kind, index): readonly Act[] => {
      const atMs = index * partMs + between(0.02, 0.15) * partMs
      const downMs = between(50, 400)
      if (kind !== 'roll-back') return [{ kind, atMs, downMs }]
      const afterMs = between(0.25, 0.3) * Math.min(partMs, 6000)
      const setsNewEpochs = rollbacks++ % 2 === 0
      // Who is away until the numbers are used again is told by the tags of entries alone.
      const leavesAtMs = atMs + afterMs * 0.9
      const forMs = upToCalm(leavesAtMs, 2 * afterMs + downMs + between(1000, 2500))
      return [
        { kind, atMs, afterMs, downMs, setsNewEpochs },
        { kind: 'leave', atMs: leavesAtMs, share: 0.15, forMs },
      ]
    })
  }
}

function shuffle(values: unknown[], random: () => number): void {
  for (let last = values.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    ;[values[last], values[other]] = [values[other], values[last]]
  }
}
