import { expect, test } from 'vitest'
import { byteLoad, chunkingNames, textLoad } from './chunkings.ts'
import { corpusNames, makeBlocks } from './corpora.ts'

test('streams are the same in every run, and as long as they are asked to be', () => {
  for (const name of corpusNames) {
    const { bytes } = byteLoad(name, { chunking: 'whole', kibibytes: 16 })
    expect(bytes).toBeGreaterThanOrEqual(16 * 1024)
    expect(makeBlocks(name, 20_000)).toEqual(makeBlocks(name, 20_000))
  }
})

test.each(chunkingNames)('chunks of "%s" together are the stream, and so is their text', (chunking) => {
  for (const name of corpusNames) {
    const load = byteLoad(name, { chunking, kibibytes: 8 })
    const whole = Buffer.concat(load.chunks)
    expect(whole).toHaveLength(load.bytes)
    expect(textLoad(load).chunks.join('')).toBe(whole.toString())
    expect(whole.toString()).toMatch(/(\r\n\r\n|\n\n)$/)
    expect(load.events.length).toBeGreaterThan(0)
  }
})

test('chunks of an event end with its blank line', () => {
  const { chunks, events } = byteLoad('CRLF', { chunking: 'event', kibibytes: 8 })
  expect(chunks).toHaveLength(events.length)
  for (const chunk of chunks) expect(Buffer.from(chunk).toString()).toMatch(/^event: .*\r\ndata: .*\r\n\r\n$/)
})
