import { createUtf8Decoder } from './utf8-decoder.ts'

const lineFeed = 0x0a
const carriageReturn = 0x0d

/** Chunks below this are gathered, in bytes: 5 times as fast for chunks of one byte. */
const SMALL = 256
/** Chunks above this are cut, in bytes: 2.5 times as fast for LLM tokens in one chunk of 256 KiB, whose text then stays small. */
const LARGE = 65_536
/** About the size that they are cut into, in bytes. */
const BLOCK = 16_384
/** How much of an unfinished line is gathered at most, in bytes. */
const MOST_GATHERED = 4096

/**
 * Creates a function that decodes the chunks of one event stream, in pieces that are decoded and parsed well, whatever the
 * chunks are. No line end waits for the next chunk.
 *
 * @param take - Takes the text. It does not call the function.
 * @see createUtf8Decoder
 */
export function createChunkDecoder(take: (text: string) => void): (chunk: Uint8Array | string) => void {
  const decode = createUtf8Decoder()
  /** Bytes behind the last line end. */
  let gathered = new Uint8Array(SMALL)
  let length = 0

  function gather(chunk: Uint8Array): void {
    let end = chunk.length
    while (end > 0 && chunk[end - 1] !== lineFeed && chunk[end - 1] !== carriageReturn) end--
    // Whole lines need no copy.
    if (end === chunk.length && length === 0) return take(decode(chunk))
    const lines = length + end
    if (length + chunk.length > gathered.length) {
      const longer = new Uint8Array(gathered.length * 2)
      longer.set(gathered)
      gathered = longer
    }
    // A call to `set` costs as much as some bytes one by one.
    if (chunk.length < 16)
      for (let index = 0; index < chunk.length; index++) gathered[length + index] = chunk[index] ?? 0
    else gathered.set(chunk, length)
    length += chunk.length
    if (end > 0) flush(lines)
    else if (length > MOST_GATHERED) flush(length)
  }

  function flush(count: number): void {
    const text = decode(gathered.subarray(0, count))
    gathered.copyWithin(0, count, length)
    length -= count
    take(text)
  }

  return (chunk) => {
    if (typeof chunk === 'string') {
      if (length > 0) flush(length)
      return take(decode(chunk))
    }
    if (chunk.length < SMALL) return gather(chunk)
    if (length > 0) flush(length)
    let start = 0
    while (chunk.length - start > LARGE) {
      const end = chunk.subarray(start + BLOCK, start + 2 * BLOCK).indexOf(lineFeed) + 1
      if (end === 0) break
      take(decode(chunk.subarray(start, start + BLOCK + end)))
      start += BLOCK + end
    }
    take(decode(start === 0 ? chunk : chunk.subarray(start)))
  }
}
