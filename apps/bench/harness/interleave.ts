/** One of those that do the same work. */
export interface Contender {
  readonly name: string
  /** Does the work once, and returns a number that depends on all of it, so that none of it can be left out. */
  readonly pass: () => number | Promise<number>
}

/** How long to measure. */
export interface InterleaveOptions {
  readonly rounds: number
  /** How long each contender works per round at least, in milliseconds. */
  readonly sampleMs: number
}

/** What was measured of one contender. */
export interface Measured {
  readonly name: string
  /** How often it did the work in each round. */
  readonly passes: number
  /** Milliseconds per pass, round by round. */
  readonly passMs: readonly number[]
}

/** How long contenders warm up, compared with one sample. */
const WARM_UP_SAMPLES = 4

/**
 * Measures contenders in turns, so that whatever else the machine does meets all of them alike. Each round begins with
 * another one.
 */
export async function interleave(
  contenders: readonly Contender[],
  { rounds, sampleMs }: InterleaveOptions,
): Promise<readonly Measured[]> {
  const passes = new Map<Contender, number>()
  for (const contender of [...contenders, ...contenders]) {
    passes.set(contender, await passesWithin(contender, (sampleMs * WARM_UP_SAMPLES) / 2))
  }
  const measured = contenders.map((contender) => ({
    contender,
    passes: Math.max(1, Math.ceil((passes.get(contender) ?? 1) / (WARM_UP_SAMPLES / 2))),
    passMs: [] as number[],
  }))
  for (let round = 0; round < rounds; round++) {
    const first = round % measured.length
    for (const each of [...measured.slice(first), ...measured.slice(0, first)]) {
      each.passMs.push((await timeOf(each.contender, each.passes)) / each.passes)
    }
  }
  return measured.map(({ contender: { name }, ...figures }) => ({ name, ...figures }))
}

/** Works for some time, and tells how often. */
async function passesWithin(contender: Contender, ms: number): Promise<number> {
  let passes = 0
  for (const sinceMs = performance.now(); performance.now() - sinceMs < ms; passes++) await contender.pass()
  return passes
}

async function timeOf({ pass }: Contender, passes: number): Promise<number> {
  const sinceMs = performance.now()
  let sum = 0
  for (let count = 0; count < passes; count++) sum += await pass()
  const elapsedMs = performance.now() - sinceMs
  if (!(sum >= 0)) throw new Error('a pass has no result')
  return elapsedMs
}
