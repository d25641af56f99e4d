import { type CorpusName, blockLines, makeBlocks } from './corpora.ts'

/** An event as every parser should tell it. */
export interface ExpectedEvent {
  readonly type: string
  readonly data: string
  readonly lastEventId: string
}

/** A stream in chunks, and what it means. */
export interface Load<Chunk> {
  readonly chunks: readonly Chunk[]
  readonly bytes: number
  readonly events: readonly ExpectedEvent[]
}

/** How streams are cut: where an event or a line ends, or after a number of bytes. */
export const chunkings = {
  whole: Infinity,
  '64 KiB': 65_536,
  '16 KiB': 16_384,
  '1 KiB': 1024,
  event: 'block',
  line: 'line',
  '64 B': 64,
  '1 B': 1,
} as const

/** The name of a chunking. */
export type ChunkingName = keyof typeof chunkings

/** The names of all of them. */
// `Object.keys` cannot tell the names.
export const chunkingNames = Object.keys(chunkings) as ChunkingName[]

/** Makes a stream of bytes in chunks. Tiny chunks get a shorter one: they take longer per byte. */
export function byteLoad(
  name: CorpusName,
  { chunking, kibibytes }: { readonly chunking: ChunkingName; readonly kibibytes: number },
): Load<Uint8Array> {
  const size = chunkings[chunking]
  const share = size === 1 ? 1 / 32 : size === 64 || size === 'line' ? 1 / 4 : 1
  const blocks = makeBlocks(name, kibibytes * 1024 * share)
  const blocksOfLines = blocks.map((block) => blockLines(name, block))
  const pieces = size === 'line' ? blocksOfLines.flat() : blocksOfLines.map((lines) => lines.join(''))
  const encoder = new TextEncoder()
  const bytes = encoder.encode(pieces.join(''))
  const chunks = typeof size === 'string' ? pieces.map((piece) => encoder.encode(piece)) : cut(bytes, size)

  let lastEventId = ''
  const events = blocks.flatMap(({ id, event = 'message', data }) => {
    lastEventId = id ?? lastEventId
    return data === undefined ? [] : { type: event, data, lastEventId }
  })
  return { chunks, bytes: bytes.length, events }
}

/** The same as text: what a streaming decoder makes of each chunk. */
export function textLoad({ chunks, ...load }: Load<Uint8Array>): Load<string> {
  const decoder = new TextDecoder()
  const texts = chunks.map((chunk) => decoder.decode(chunk, { stream: true }))
  // A chunk that ends no character gives no text.
  return { ...load, chunks: texts.filter((text) => text !== '') }
}

function cut(bytes: Uint8Array, size: number): readonly Uint8Array[] {
  const chunks: Uint8Array[] = []
  for (let start = 0; start < bytes.length; start += size) {
    chunks.push(bytes.subarray(start, Math.min(bytes.length, start + size)))
  }
  return chunks
}
