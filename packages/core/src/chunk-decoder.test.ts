import { expect, test } from 'vitest'
import { createChunkDecoder } from './chunk-decoder.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Decodes chunks, and tells the texts that were taken after each. */
function textsOf(chunks: readonly (Uint8Array | string)[]): string[][] {
  let texts: string[] = []
  const decode = createChunkDecoder((text) => texts.push(text))
  return chunks.map((chunk) => {
    texts = []
    decode(chunk)
    return texts
  })
}

test('gathers small chunks until a line ends, and holds no line end back', () => {
  const chunks = ['da', 'ta', ': a', '\r', '\n', '\nda', 'ta: b\n\nda', 'ta\n'].map(utf8)
  expect(textsOf(chunks)).toEqual([[], [], [], ['data: a\r'], ['\n'], ['\n'], ['data: b\n\n'], ['data\n']])
})

test('gives what it has gathered before a large chunk, and before text', () => {
  const large = 'x'.repeat(1000)
  expect(textsOf([utf8('da'), utf8(large), utf8('ta'), large])).toEqual([
    [],
    ['da', large],
    [],
    ['ta', large],
  ])
})

test('gathers no more than a few KiB of a line that does not end', () => {
  const texts = textsOf(Array.from({ length: 1000 }, () => utf8('0123456789'))).flat()
  expect(texts.length).toBeGreaterThan(1)
  expect(Math.max(...texts.map(({ length }) => length))).toBeLessThan(5000)
})

test('has copied what it gathers', () => {
  const bytes = utf8('data: a')
  let text = ''
  const decode = createChunkDecoder((piece) => (text += piece))
  decode(bytes)
  bytes.fill(0)
  decode(utf8('\n'))
  expect(text).toBe('data: a\n')
})

test('cuts a large chunk behind line ends, and leaves whole what has none', () => {
  const line = `data: ${'中'.repeat(300)}\n`
  const lines = line.repeat(300)
  const [texts = []] = textsOf([utf8(lines)])
  expect(texts.length).toBeGreaterThan(5)
  expect(texts.join('')).toBe(lines)
  for (const text of texts) expect(text.endsWith('\n')).toBe(true)
  const endless = 'x'.repeat(300_000)
  expect(textsOf([utf8(endless)])).toEqual([[endless]])
})

test.each([1, 2, 3, 7, 64, 255, 256, 300, 5000])('decodes characters that chunks of %i bytes cut', (size) => {
  const text = `data: ${'aé中😀'.repeat(200)}\r\n\ndata: 中\r`.repeat(10)
  const bytes = utf8(text)
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.slice(index * size, (index + 1) * size),
  )
  expect(textsOf(chunks).flat().join('')).toBe(text)
})
