import { deepStrictEqual } from 'node:assert/strict'
import { describe, expect, test } from 'vitest'
import { hexBytes, parserVectors, vectorBytes } from '../test/vectors.ts'
import type { ParserVector } from '../test/vectors.ts'
import { parseEventStream } from './parse-event-stream.ts'
import { createParser } from './parser.ts'
import type { ParserOptions } from './parser.ts'
import { StreamParser } from './stream-parser.ts'
import { createUtf8Decoder } from './utf8-decoder.ts'

type Chunk = Uint8Array | string
/** Parses all chunks of a stream. */
type ParseAll = (chunks: readonly Chunk[], options: ParserOptions) => void

const parsers: readonly (readonly [string, ParseAll])[] = [
  [
    'createParser',
    (chunks, options) => {
      const parser = createParser(options)
      for (const chunk of chunks) parser.feed(chunk)
      parser.end()
    },
  ],
  [
    'the small parser of clients',
    (chunks, options) => {
      const parser = new StreamParser(options)
      const decode = createUtf8Decoder()
      for (const chunk of chunks) parser.parse(decode(chunk))
    },
  ],
]

function parse(vector: ParserVector, chunks: readonly Chunk[], parseAll: ParseAll): object {
  const events: unknown[] = []
  let retry: number | null = null
  let lastEventId = vector.initialLastEventId ?? ''
  parseAll(chunks, {
    onEvent: (event) => events.push(event),
    onRetry: (reconnectionTimeMs) => (retry = reconnectionTimeMs),
    onId: (id) => (lastEventId = id),
    lastEventId: vector.initialLastEventId,
  })
  return {
    events,
    ...(vector.retry !== undefined && { retry }),
    ...(vector.finalLastEventId !== undefined && { lastEventId }),
  }
}

const result = ({ expected, retry, finalLastEventId }: ParserVector): object => ({
  events: expected,
  ...(retry !== undefined && { retry }),
  ...(finalLastEventId !== undefined && { lastEventId: finalLastEventId }),
})

/** All ways to cut a stream in two, an empty half included. */
const inTwo = (stream: Chunk): Chunk[][] =>
  Array.from({ length: stream.length + 1 }, (_, at) => [stream.slice(0, at), stream.slice(at)])

/** The stream as bytes and, where it can be, as text. */
const streams = (vector: ParserVector): Chunk[] =>
  vector.input === undefined ? [vectorBytes(vector)] : [vectorBytes(vector), vector.input]

const splits = parserVectors.flatMap((vector) => streams(vector).flatMap(inTwo)).length

test('there are 88 vectors', () => {
  expect(parserVectors).toHaveLength(88)
  expect(splits).toBeGreaterThan(10_000)
})

describe.for(parsers)('%s', ([, parseAll]) => {
  test.for(parserVectors)('$name', (vector) => {
    const expected = result(vector)
    const wholes = streams(vector).map((stream) => [stream])
    const chunked = vector.chunksHex ? [vector.chunksHex.map(hexBytes)] : []
    for (const chunks of [...wholes, ...chunked]) expect(parse(vector, chunks, parseAll)).toEqual(expected)
  })

  test(`${parserVectors.length} vectors, cut in two at every byte and every code unit: ${splits} splits`, () => {
    let parsed = 0
    for (const vector of parserVectors) {
      for (const chunks of streams(vector).flatMap(inTwo)) {
        parsed++
        // Quicker than `expect`; the chunks are there for the message.
        deepStrictEqual({ chunks, ...parse(vector, chunks, parseAll) }, { chunks, ...result(vector) })
      }
    }
    expect(parsed).toBe(splits)
    console.info(`parser: ${parserVectors.length} vectors, ${parsed} splits`)
  })

  test(`${parserVectors.length} vectors, byte by byte, with an empty chunk after each`, () => {
    for (const vector of parserVectors) {
      const chunks = [...vectorBytes(vector)].flatMap((byte) => [Uint8Array.of(byte), new Uint8Array()])
      const { name } = vector
      expect({ name, ...parse(vector, chunks, parseAll) }).toEqual({ name, ...result(vector) })
    }
  })
})

test(`${parserVectors.length} vectors, as responses of their content type`, async () => {
  for (const vector of parserVectors) {
    const headers = { 'content-type': vector.contentType ?? 'text/event-stream' }
    const response = new Response(vectorBytes(vector).slice(), { headers })
    const events = await Array.fromAsync(
      parseEventStream(response, { lastEventId: vector.initialLastEventId }),
    )
    expect({ name: vector.name, events }).toEqual({ name: vector.name, events: vector.expected })
  }
})
