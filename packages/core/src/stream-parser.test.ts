import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { StreamParser } from './stream-parser.ts'
import { createUtf8Decoder } from './utf8-decoder.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const decode = createUtf8Decoder()
const MIB = 1024 * 1024

/** Chunks of 64 KiB, mostly comment, of which only a few characters are to be kept. */
function chunkWith(lines: string): Uint8Array {
  return new TextEncoder().encode(`${lines}:${' '.repeat(65_000)}\n`)
}

test('holds an event that comes in many chunks, and not the chunks', () => {
  const parser = new StreamParser({ onEvent: () => undefined })
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  for (let index = 0; index < 2000; index++) parser.parse(decode(chunkWith('data: 0123456789abcdef\n')))
  collectGarbage()
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(8 * MIB)
})

test('holds the ids that are kept of its events, and not their chunks', () => {
  const ids: string[] = []
  const parser = new StreamParser({ onEvent: ({ lastEventId }) => void ids.push(lastEventId) })
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  for (let index = 0; index < 2000; index++) {
    parser.parse(decode(chunkWith(`id: 0123456789abcdef${index}\ndata: x\n\n`)))
  }
  collectGarbage()
  expect(ids).toHaveLength(2000)
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(8 * MIB)
})

test('tells of each event whether its own block brought the id', () => {
  const told: Array<[string, boolean]> = []
  const parser = new StreamParser({ onEvent: ({ data }, carriesId) => void told.push([data, carriesId]) })
  parser.parse('id: 1\n\ndata: a\n\nid: 2\ndata: b\n\ndata: c\n\n')
  expect(told).toEqual([
    ['a', false],
    ['b', true],
    ['c', false],
  ])
})
