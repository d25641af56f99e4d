import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeEvent, encodeEventBytes } from './encode-event.ts'
import { createEventEncoder } from './event-encoder.ts'

const decode = (block: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(block)

test('its blocks are those of encodeEventBytes, and stay as they are while others are made', () => {
  const data = fc.string({ unit: 'binary', maxLength: 200 })
  const sizes = fc.constantFrom(1, 1, 1, 50, 500)
  fc.assert(
    fc.property(fc.array(fc.tuple(data, sizes), { maxLength: 200 }), (events) => {
      const encode = createEventEncoder()
      const fields = events.map(([text, times], index) => ({ id: `${index}`, data: text.repeat(times) }))
      const blocks = fields.map((each) => encode(each))
      expect(blocks.map(decode)).toEqual(fields.map((each) => encodeEvent(each)))
    }),
    { numRuns: 200 },
  )
})

test('small blocks share memory, and large ones have their own', () => {
  const encode = createEventEncoder()
  const [one, two] = [encode({ data: '1' }), encode({ data: '2' })]
  expect(two.buffer).toBe(one.buffer)
  const large = encode({ data: 'x'.repeat(100_000) })
  expect(large.buffer).not.toBe(one.buffer)
  expect(large.byteLength).toBe(large.buffer.byteLength)
})

test('encoders share nothing with one another, nor with encodeEventBytes', () => {
  const buffers = [createEventEncoder(), createEventEncoder(), encodeEventBytes].map(
    (encode) => encode({ data: 'a' }).buffer,
  )
  expect(new Set(buffers).size).toBe(3)
})

test('goes on after an event that it refused, and after a slab that was transferred', () => {
  const encode = createEventEncoder()
  expect(() => encode({ event: 'a\nb', data: '' })).toThrow(TypeError)
  const { buffer } = encode({ data: 'gone' })
  structuredClone(buffer, { transfer: [buffer] })
  expect(decode(encode({ data: 'here' }))).toBe('data: here\n\n')
})

test('takes ids of any kind where asked to', () => {
  expect(decode(createEventEncoder()({ id: 'é' }, { ids: 'any' }))).toBe('id: é\n\n')
})
