import fc from 'fast-check'
import { expect, test } from 'vitest'
import { logInto } from '../test/parser-log.ts'
import type { ParserLog } from '../test/parser-log.ts'
import { referenceParse } from '../test/reference-parser.ts'
import { encodeComment } from './encode-comment.ts'
import { encodeEvent, encodeEventBytes } from './encode-event.ts'
import type { EventFields } from './encode-event.ts'
import { createParser } from './parser.ts'

function parse(...chunks: (Uint8Array | string)[]): ParserLog {
  const log: ParserLog = []
  const parser = createParser(logInto(log))
  for (const chunk of chunks) parser.feed(chunk)
  return log
}

test.for([
  [{ data: 'a' }, 'data: a\n\n'],
  [{ data: '' }, 'data: \n\n'],
  [{ data: 'a\r\nb\rc\nd' }, 'data: a\ndata: b\ndata: c\ndata: d\n\n'],
  [{ data: '\n' }, 'data: \ndata: \n\n'],
  [{ event: 'tick', id: '1', retry: 0, data: ' a' }, 'event: tick\nid: 1\nretry: 0\ndata:  a\n\n'],
  [{ event: 'message', data: 'a' }, 'event: message\ndata: a\n\n'],
  [{ id: '' }, 'id: \n\n'],
  [{ retry: 2500 }, 'retry: 2500\n\n'],
  [{ id: `~\t ${'~'.repeat(125)}` }, `id: ~\t ${'~'.repeat(125)}\n\n`],
] as const)('encodes %j', ([fields, block]) => {
  expect(encodeEvent(fields)).toBe(block)
  expect(encodeEventBytes(fields)).toEqual(new TextEncoder().encode(block))
})

test.for([
  ['event', TypeError, { event: 'a\nb', data: '' }],
  ['event', TypeError, { event: 'a\r', data: '' }],
  ['event', TypeError, { event: '\0', data: '' }],
  ['event', TypeError, { event: '\uD800', data: '' }],
  ['event', TypeError, { event: '', data: '' }],
  ['event', TypeError, { event: 1, data: '' }],
  ['id', TypeError, { id: '1\ndata: injected', data: '' }],
  ['id', TypeError, { id: '1\n', data: '' }],
  ['id', TypeError, { id: '\0' }],
  ['id', TypeError, { id: 7 }],
  ['id', TypeError, { id: null }],
  ['id', RangeError, { id: 'é' }],
  ['id', RangeError, { id: '\u007F' }],
  ['id', RangeError, { id: '\u0001' }],
  ['id', RangeError, { id: 'x'.repeat(129) }],
  ['id', RangeError, { id: ' a' }],
  ['id', RangeError, { id: 'a\t' }],
  ['retry', RangeError, { retry: -1 }],
  ['retry', RangeError, { retry: 1.5 }],
  ['retry', RangeError, { retry: Number.NaN }],
  ['retry', RangeError, { retry: Infinity }],
  ['retry', RangeError, { retry: 2 ** 53 }],
  ['retry', RangeError, { retry: '5\ndata: injected' }],
  ['data', TypeError, { data: '\uDC00' }],
  ['data', TypeError, { data: { a: 1 } }],
  ['data', TypeError, { data: null }],
  ['data', TypeError, { event: 'tick' }],
  ['data', TypeError, { event: 'tick', id: '1' }],
  ['data', TypeError, {}],
] as const)('refuses a %s that would not arrive as it is: %#', ([name, type, fields]) => {
  // Callers without types may give any value.
  const encode = (): unknown => encodeEvent(fields as EventFields)
  expect(encode).toThrow(type)
  expect(encode).toThrow(new RegExp(`^${name} `))
})

test('admits any id that the wire can carry where asked to', () => {
  const id = ` é${'x'.repeat(1000)}`
  expect(parse(encodeEvent({ id, data: 'a' }, { ids: 'any' }))).toEqual([
    ['id', id],
    ['event', 'message', 'a', id],
  ])
  expect(() => encodeEvent({ id: 'a\0' }, { ids: 'any' })).toThrow(TypeError)
  expect(() => encodeEvent({ id: '\uD800' }, { ids: 'any' })).toThrow(TypeError)
})

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom('\n', '\r', '\r\n', ' ', ':', 'data', 'data: ', 'id:', '\uFEFF', '\0', 'é', '😀'))
    .map((fragments) => fragments.join('')),
)
const oneLine = text.map((value) => value.replace(/[\r\n\0]/g, ''))
const fields = fc.record(
  {
    event: oneLine.filter((value) => value !== ''),
    data: text,
    id: oneLine,
    retry: fc.maxSafeNat(),
  },
  { requiredKeys: ['data'] },
)

test('one encode parses to exactly one event, equal to what went in, wherever it stands', () => {
  fc.assert(
    fc.property(fields, fc.boolean(), ({ event, data, id, retry }, isBytes) => {
      const input = { event, data, id, retry }
      const encode = isBytes ? encodeEventBytes : encodeEvent
      const around = encodeEvent({ event: 'around', data: 'x' })
      const expected: ParserLog = [
        ['event', 'around', 'x', ''],
        ...(retry === undefined ? [] : ([['retry', retry]] as ParserLog)),
        ...(id === undefined ? [] : ([['id', id]] as ParserLog)),
        ['event', event ?? 'message', data.replace(/\r\n|\r/g, '\n'), id ?? ''],
        ['event', 'around', 'x', id ?? ''],
      ]
      expect(parse(around, encode(input, { ids: 'any' }), around)).toEqual(expected)
      expect(referenceParse(around + encodeEvent(input, { ids: 'any' }) + around)).toEqual(expected)
    }),
    { numRuns: 5000 },
  )
})

test('whatever is given, it is one event or an error, never two', () => {
  const anything = fc.record(
    { event: text, data: text, id: text, retry: fc.anything() },
    { requiredKeys: ['data'] },
  )
  fc.assert(
    fc.property(anything, (input) => {
      expect(parse(encodeOrNothing(input)).filter(([kind]) => kind === 'event').length).toBeLessThan(2)
    }),
    { numRuns: 5000 },
  )
})

function encodeOrNothing(input: object): string {
  try {
    // Callers without types may give any value.
    return encodeEvent(input as EventFields)
  } catch {
    return ''
  }
}

test('a comment of several lines is several comment lines and nothing else', () => {
  expect(encodeComment('ping')).toBe(': ping\n\n')
  expect(encodeComment('')).toBe(': \n\n')
  fc.assert(
    fc.property(text, (comment) => {
      const lines = comment.split(/\r\n|\r|\n/)
      const expected = [...lines.map((line) => ['comment', line]), ['event', 'message', 'a', '']]
      expect(parse(encodeComment(comment), encodeEvent({ data: 'a' }))).toEqual(expected)
    }),
  )
})

test('refuses a comment that is no text', () => {
  // @ts-expect-error: what a caller without types may do
  expect(() => encodeComment(undefined)).toThrow(TypeError)
  expect(() => encodeComment('\uD800')).toThrow(TypeError)
})
