import { deepStrictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seededWhole } from '../../../scripts/testing/seeded-random.ts'
import { logInto } from '../test/parser-log.ts'
import type { ParserLog } from '../test/parser-log.ts'
import { randomChunks, randomStream, textFragments } from '../test/random-stream.ts'
import { referenceParse } from '../test/reference-parser.ts'
import { createParser } from './parser.ts'
import { StreamParser } from './stream-parser.ts'
import { createUtf8Decoder } from './utf8-decoder.ts'

const streamCount = Number(process.env['FUZZ_STREAMS'] ?? 200_000)
// Another seed for each long run; the default run is the same everywhere.
const seed = Number(process.env['FUZZ_SEED'] ?? 1)

function parse(chunks: readonly (Uint8Array | string)[], lastEventId: string): ParserLog {
  const log: ParserLog = []
  const parser = createParser({ ...logInto(log), lastEventId })
  for (const chunk of chunks) parser.feed(chunk)
  parser.end()
  return log
}

/** Parses with the small parser that clients have, which must not differ. */
function parseSmall(chunks: readonly (Uint8Array | string)[], lastEventId: string): ParserLog {
  const log: ParserLog = []
  const parser = new StreamParser({ ...logInto(log), lastEventId })
  const decode = createUtf8Decoder()
  for (const chunk of chunks) parser.parse(decode(chunk))
  return log
}

const failure = new Error('a callback failed')

/** Parses with callbacks that throw and that feed the next chunks themselves. */
function parseAdversely(
  chunks: readonly (Uint8Array | string)[],
  lastEventId: string,
  random: (bound: number) => number,
): ParserLog {
  const log: ParserLog = []
  const { onEvent, onId, onRetry, onComment } = logInto(log)
  const waiting = [...chunks]
  const feedNext = (): void => {
    const chunk = waiting.shift()
    if (chunk !== undefined) parser.feed(chunk)
  }
  const afterwards = <Value>(callback: (value: Value) => void) => {
    return (value: Value): void => {
      callback(value)
      if (random(3) === 0) feedNext()
      if (random(3) === 0) throw failure
    }
  }
  const parser = createParser({
    onEvent: afterwards(onEvent),
    onId: afterwards(onId),
    onRetry: afterwards(onRetry),
    onComment: afterwards(onComment),
    lastEventId,
  })
  while (waiting.length > 0) {
    try {
      feedNext()
    } catch (error) {
      const errors = error instanceof AggregateError ? error.errors : [error]
      for (const each of errors) if (each !== failure) throw each
    }
  }
  return log
}

test(`${streamCount} random streams in random chunks mean what they mean to the reference parser`, () => {
  const random = seededWhole(seed)
  let events = 0
  for (let count = 0; count < streamCount; count++) {
    const stream = randomStream(random)
    const lastEventId = random(4) === 0 ? 'seed' : ''
    const isText = random(4) === 0
    const chunks = isText
      ? randomChunks(new TextDecoder('utf-8', { ignoreBOM: true }).decode(stream), random)
      : randomChunks(stream, random)
    const expected = referenceParse(stream, lastEventId)
    const actual = random(8) === 0 ? parseAdversely(chunks, lastEventId, random) : parse(chunks, lastEventId)
    events += expected.length
    for (const log of [actual, parseSmall(chunks, lastEventId)]) {
      if (JSON.stringify(log) === JSON.stringify(expected)) continue
      // The chunks are there for the message.
      deepStrictEqual({ count, chunks, log }, { count, chunks, log: expected })
    }
  }
  // The generator must not degenerate into streams that say nothing.
  expect(events).toBeGreaterThan(streamCount)
  console.info(`parser: ${streamCount} random streams, ${events} callbacks`)
}, 600_000)

test('any chunking of any text means what the whole means (with counterexamples made small)', () => {
  const text = fc.array(fc.oneof(fc.constantFrom(...textFragments), fc.string()), { maxLength: 30 })
  fc.assert(
    fc.property(text, fc.array(fc.nat(40)), (fragments, sizes) => {
      const bytes = new TextEncoder().encode(fragments.join(''))
      const chunks: Uint8Array[] = []
      let start = 0
      for (const size of sizes) chunks.push(bytes.slice(start, (start += size)))
      chunks.push(bytes.slice(start))
      expect(parse(chunks, '')).toEqual(referenceParse(bytes))
    }),
    { numRuns: 2000 },
  )
})
