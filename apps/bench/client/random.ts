/**
 * Random numbers that are the same in every run.
 *
 * @param seed - A whole number; each gives a sequence of its own.
 * @returns A function that returns the next number, from 0 up to 1.
 */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    // Mulberry32: one addition, and a mixing of its bits.
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
