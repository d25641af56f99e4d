import { expect, test } from 'vitest'
import { createParser } from './parser.ts'

const mebibyte = 2 ** 20

const cases: readonly [string, number[], (length: number) => string][] = [
  ['one line', [1, 64, Infinity], (length) => `data: ${'x'.repeat(length)}\n\n`],
  ['one line that never ends', [1, 64], (length) => 'x'.repeat(length)],
  ['one event of many lines', [64, Infinity], (length) => `${'data: 0123456789\n'.repeat(length / 17)}\n`],
  ['CRLF events', [64, Infinity], (length) => 'data: 0123456789\r\n\r\n'.repeat(length / 20)],
  ['CR, and one LF at the end', [64, Infinity], (length) => `${'data: x\r\r'.repeat(length / 9)}\n`],
  ['LF, and one CR at the end', [64, Infinity], (length) => `${'data: x\n\n'.repeat(length / 9)}\r`],
  ['characters of three bytes', [64, Infinity], (length) => `data: ${'中'.repeat(length / 3)}\n\n`],
]
const rows = cases.flatMap(([name, chunkSizes, stream]) =>
  chunkSizes.map((chunkSize) => ({ name, chunkSize, stream })),
)

/** The least of some runs, in milliseconds: what else the machine does only adds to it. */
function parsingTime(bytes: Uint8Array, chunkSize: number, runs: number): number {
  let least = Infinity
  for (let run = 0; run < runs; run++) {
    const parser = createParser({ onEvent: ({ data }) => data.charCodeAt(0) })
    const start = performance.now()
    for (let offset = 0; offset < bytes.length; offset += chunkSize) {
      parser.feed(bytes.subarray(offset, offset + chunkSize))
    }
    least = Math.min(least, performance.now() - start)
  }
  return least
}

// Quadratic time would take 16 times as long per byte; linear time takes about as long.
test.for(rows)('takes as long per byte for 4 MiB as for 256 KiB: $name, chunks of $chunkSize', (row) => {
  const small = new TextEncoder().encode(row.stream(mebibyte / 4))
  const large = new TextEncoder().encode(row.stream(4 * mebibyte))
  const ratio = (): number => {
    const smallTime = parsingTime(small, row.chunkSize, 5)
    return (parsingTime(large, row.chunkSize, 1) / smallTime) * (small.length / large.length)
  }
  const first = ratio()
  // A second try for the case that the machine was busy in the middle of the large run alone.
  expect(first < 6 ? first : ratio()).toBeLessThan(6)
})
