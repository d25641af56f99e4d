import { createEventEncoder, encodeEvent, encodeEventBytes } from '@millrace/core'
import { encode } from 'eventsource-encoder'
import { type BlockFields, type CorpusName, makeBlocks } from '../corpora/corpora.ts'
import { type InterleaveOptions, type Measured, interleave } from '../harness/interleave.ts'

/** What to measure. */
export interface EncodingTask extends InterleaveOptions {
  readonly corpus: CorpusName
  /** Bytes in buffers of their own, or in memory that blocks share. */
  readonly output: 'text' | 'bytes' | 'shared bytes'
  readonly kibibytes: number
}

/** What was measured. */
export interface EncodingFigures {
  readonly events: number
  readonly contenders: readonly Measured[]
}

/** The fields of a block that is an event. */
type EventBlock = BlockFields & { readonly data: string }

interface Encoder<Output> {
  readonly name: string
  readonly encode: (fields: EventBlock) => Output
  /** Encodes all, and adds up the lengths. */
  readonly pass: (events: readonly EventBlock[]) => number
}

const utf8 = new TextEncoder()

// Each has a loop of its own, so that none makes the others' calls slower than they are in use.
const textEncoders: readonly Encoder<string>[] = [
  {
    name: 'millrace',
    encode: (fields) => encodeEvent(fields),
    pass(events) {
      let length = 0
      for (const fields of events) length += encodeEvent(fields).length
      return length
    },
  },
  {
    name: 'eventsource-encoder',
    encode: (fields) => encode(fields),
    pass(events) {
      let length = 0
      for (const fields of events) length += encode(fields).length
      return length
    },
  },
]

const peerOfBytes: Encoder<Uint8Array> = {
  name: 'eventsource-encoder',
  encode: (fields) => utf8.encode(encode(fields)),
  pass(events) {
    let length = 0
    for (const fields of events) length += utf8.encode(encode(fields)).length
    return length
  },
}

const byteEncoders: readonly Encoder<Uint8Array>[] = [
  {
    name: 'millrace',
    encode: (fields) => encodeEventBytes(fields),
    pass(events) {
      let length = 0
      for (const fields of events) length += encodeEventBytes(fields).length
      return length
    },
  },
  peerOfBytes,
]

const encodeShared = createEventEncoder()
const sharedByteEncoders: readonly Encoder<Uint8Array>[] = [
  {
    name: 'millrace',
    encode: (fields) => encodeShared(fields),
    pass(events) {
      let length = 0
      for (const fields of events) length += encodeShared(fields).length
      return length
    },
  },
  peerOfBytes,
]

const encodersOf = { text: textEncoders, bytes: byteEncoders, 'shared bytes': sharedByteEncoders }

/** Checks the encoders' output, and measures them. */
export async function measureEncoders({
  corpus,
  output,
  kibibytes,
  ...options
}: EncodingTask): Promise<EncodingFigures> {
  const events = makeBlocks(corpus, kibibytes * 1024).filter(
    (block): block is EventBlock => block.data !== undefined,
  )
  const encoders: readonly Encoder<string | Uint8Array>[] = encodersOf[output]
  for (const fields of events) {
    for (const encoder of encoders) {
      const actual = encoder.encode(fields)
      checkFields(
        encoder.name,
        typeof actual === 'string' ? actual : new TextDecoder().decode(actual),
        fields,
      )
    }
  }
  const contenders = encoders.map(({ name, pass }) => ({ name, pass: () => pass(events) }))
  return { events: events.length, contenders: await interleave(contenders, options) }
}

/** Checks that a block has the fields that it was made of, in whatever order. */
function checkFields(name: string, block: string, { id, event, data }: EventBlock): void {
  const expected = [
    ...(id === undefined ? [] : [`id: ${id}`]),
    ...(event === undefined ? [] : [`event: ${event}`]),
    ...data.split('\n').map((line) => `data: ${line}`),
    '',
    '',
  ]
  if (block.split('\n').toSorted().join('\n') !== expected.toSorted().join('\n')) {
    throw new Error(`${name}: wrote ${JSON.stringify(block.slice(0, 200))}`)
  }
}
