/**
 * Random numbers that are the same in every run (mulberry32).
 *
 * @param seed - A whole number; each gives a sequence of its own.
 * @returns A function that returns the next number, from 0 up to 1.
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The same as whole numbers: from 0 up to, and not with, the bound that the next one is asked for. */
export function seededWhole(seed: number): (bound: number) => number {
  const random = seededRandom(seed)
  return (bound) => Math.floor(random() * bound)
}
