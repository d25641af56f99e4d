import { type Audience, costOf } from './audience.ts'
import { type Ratio, intervalOf } from './ratio.ts'
import { type Summary, summaryOf } from './statistics.ts'

/** Events of a burst. */
export const BURST = 10
const WARM_UP_SAMPLES = 3

/** What broadcasts cost one contender. */
export interface FanoutCosts {
  readonly name: string
  /** CPU time of the server per delivered event, in microseconds; round by round, and summed up. */
  readonly perDeliveryUs: Summary & { readonly rounds: readonly number[] }
  /** What ten events in one tick cost, in broadcasts of one event; if that was measured. */
  readonly burst?: Ratio
}

/** How to measure. */
export interface FanoutCostOptions {
  readonly rounds: number
  /** Events of one sample, counted once for each stream. */
  readonly deliveries: number
  readonly padBytes: number
  /** Whether ten events in one tick are measured as well. */
  readonly hasBurst: boolean
  readonly note: (text: string) => void
}

/** Measures what broadcasts cost, one contender after the other in each round, and another one first each time. */
export async function measureCosts(
  audiences: readonly (Audience & { readonly name: string })[],
  { rounds, deliveries, padBytes, hasBurst, note }: FanoutCostOptions,
): Promise<readonly FanoutCosts[]> {
  const streams = audiences[0]?.streams ?? 0
  // At a pace that the slowest keep.
  const one = {
    count: Math.max(1, Math.round(deliveries / streams)),
    events: 1,
    everyMs: streams / 25,
    padBytes,
  }
  const many = {
    count: Math.max(1, Math.round(deliveries / streams / BURST)),
    events: BURST,
    everyMs: streams / 3,
    padBytes,
  }
  note('warming up')
  for (const audience of audiences) {
    for (let times = 0; times < WARM_UP_SAMPLES; times++) await costOf(audience, one)
    if (hasBurst) await costOf(audience, many)
  }

  const costs = audiences.map((audience) => ({ audience, ones: [] as number[], manys: [] as number[] }))
  for (let round = 0; round < rounds; round++) {
    note(`${streams} streams, round ${round + 1}`)
    const first = round % costs.length
    for (const { audience, ones, manys } of [...costs.slice(first), ...costs.slice(0, first)]) {
      ones.push(await costOf(audience, one))
      if (hasBurst) manys.push(await costOf(audience, many))
    }
  }
  return costs.map(({ audience: { name }, ones, manys }) => ({
    name,
    perDeliveryUs: { ...summaryOf(ones), rounds: ones },
    ...(hasBurst && { burst: intervalOf(manys.map((us, round) => (us * BURST) / (ones[round] ?? NaN))) }),
  }))
}

/** How many times as much a peer's delivery costs as one of ours, round by round. */
export function timesAsCheap(all: readonly FanoutCosts[], ours: string, peer: string): Ratio {
  const roundsOf = (name: string): readonly number[] =>
    all.find((each) => each.name === name)?.perDeliveryUs.rounds ?? []
  const theirs = roundsOf(peer)
  return intervalOf(roundsOf(ours).map((us, round) => (theirs[round] ?? NaN) / us))
}
