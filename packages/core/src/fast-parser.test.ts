import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { FastParser } from './fast-parser.ts'
import { createParser } from './parser.ts'
import { createUtf8Decoder } from './utf8-decoder.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const decode = createUtf8Decoder()
const MIB = 1024 * 1024

/** Chunks of 64 KiB, mostly comment, of which only a few characters are to be kept. */
function chunkWith(lines: string): string {
  return decode(new TextEncoder().encode(`${lines}:${' '.repeat(65_000)}\n`))
}

function heldBy(work: () => unknown): number {
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  const kept = work()
  collectGarbage()
  expect(kept).toBeDefined()
  return process.memoryUsage().heapUsed - before
}

test('holds an event that comes in many chunks, and not the chunks', () => {
  const held = heldBy(() => {
    const parser = new FastParser({ onEvent: () => undefined })
    for (let index = 0; index < 2000; index++) parser.parse(chunkWith('data: 0123456789abcdef\n'))
    return parser
  })
  expect(held).toBeLessThan(8 * MIB)
})

test('holds an unfinished line that comes character by character, and not a million pieces of it', () => {
  const held = heldBy(() => {
    const parser = new FastParser({ onEvent: () => undefined })
    for (let index = 0; index < MIB; index++) parser.parse('x')
    return parser
  })
  expect(held).toBeLessThan(4 * MIB)
})

const id = '0123456789abcdef'

test.for<[string, (parser: FastParser, index: number) => void]>([
  ['new', (parser, index) => parser.parse(chunkWith(`id: ${id}${index}\ndata: x\n\n`))],
  ['the one before, again', (parser) => parser.parse(chunkWith(`id: ${id}\ndata: x\n\n`))],
  [
    'begun by one chunk and committed by the next',
    (parser) => {
      parser.parse(chunkWith(`id: ${id}\n`))
      parser.parse('data: x\n\n')
    },
  ],
  [
    'at the end of a chunk, in a line that the next one ends',
    (parser) => {
      parser.parse(decode(new TextEncoder().encode(`:${' '.repeat(65_000)}\nid: ${id}`)))
      parser.parse('\n\n')
    },
  ],
])(
  'holds the last event ID of a stream that has gone quiet, and not the chunk that brought it: %s',
  ([, feed]) => {
    const held = heldBy(() =>
      Array.from({ length: 500 }, (_, index) => {
        const parser = new FastParser({ onEvent: () => undefined, lastEventId: id })
        feed(parser, index)
        expect(parser.lastEventId).toContain(id)
        return parser
      }),
    )
    expect(held).toBeLessThan(8 * MIB)
  },
)

test('holds the last event ID that a new stream goes on from, and not the chunk that brought it', () => {
  const held = heldBy(() =>
    Array.from({ length: 500 }, () => {
      const parser = createParser({ onEvent: () => parser.reset() })
      parser.feed(chunkWith(`id: ${id}\ndata: x\n\n`))
      return parser
    }),
  )
  expect(held).toBeLessThan(8 * MIB)
})
