import { createParser } from '@millrace/core'

const CHUNK = new Uint8Array(1024).fill(0x78)
const [START, END] = ['data: ', '\n\n'].map((text) => new TextEncoder().encode(text)) as [
  Uint8Array,
  Uint8Array,
]

/** Parses an event of one line that comes in chunks of 1 KiB. Returns the length of its data. */
export function parseLongLine(megabytes: number): number {
  let length = 0
  const limits = { maxLineLength: Infinity, maxEventLength: Infinity }
  const parser = createParser({ limits, onEvent: ({ data }) => void (length += data.length) })
  const chunks = megabytes * 1024
  parser.feed(START)
  for (let n = 0; n < chunks; n++) parser.feed(CHUNK)
  parser.feed(END)
  if (length !== chunks * CHUNK.length) throw new Error(`${length} characters came of ${megabytes} MB`)
  return length
}
