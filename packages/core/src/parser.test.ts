import { expect, test } from 'vitest'
import { logInto } from '../test/parser-log.ts'
import type { ParserLog } from '../test/parser-log.ts'
import { EventStreamError } from './event-stream-error.ts'
import { createParser } from './parser.ts'
import type { Parser, ParserOptions } from './parser.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A parser that writes the data of its events, and what else the options add. */
function dataParser(options: Partial<ParserOptions> = {}): { parser: Parser; data: string[] } {
  const data: string[] = []
  return { parser: createParser({ onEvent: (event) => data.push(event.data), ...options }), data }
}

function thrownBy(call: () => void): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  return 'nothing was thrown'
}

test('tells comments, reconnection times, ids and events in the order of the stream', () => {
  const log: ParserLog = []
  const parser = createParser(logInto(log))
  parser.feed(
    ': hello\n:there\nretry: 10\nevent: tick\nid: 1\ndata: a\n\nid: 2\n\nid: 2\ndata: b\n\ndata: c\n\n',
  )
  expect(log).toEqual([
    ['comment', 'hello'],
    ['comment', 'there'],
    ['retry', 10],
    ['id', '1'],
    ['event', 'tick', 'a', '1'],
    ['id', '2'],
    ['id', '2'],
    ['event', 'message', 'b', '2'],
    ['event', 'message', 'c', '2'],
  ])
})

test('dispatches an event whose blank line is a CR without waiting for an LF', () => {
  const { parser, data } = dataParser()
  parser.feed(utf8('data: a\r\r'))
  expect(data).toEqual(['a'])
  parser.feed(utf8('\ndata: b\r\n\r'))
  expect(data).toEqual(['a', 'b'])
  parser.feed(utf8(''))
  parser.feed(utf8('\n\n'))
  expect(data).toEqual(['a', 'b'])
})

test('cuts a reconnection time beyond all bounds to the largest safe integer', () => {
  const times: number[] = []
  const { parser } = dataParser({ onRetry: (time) => times.push(time) })
  parser.feed(`retry: ${'9'.repeat(400)}\nretry: 00\n`)
  expect(times).toEqual([Number.MAX_SAFE_INTEGER, 0])
})

test('gives events that are alike whatever their fields, with the last event ID it was seeded with', () => {
  const events: unknown[] = []
  const parser = createParser({ onEvent: (event) => events.push(event), lastEventId: 'seed' })
  parser.feed('data\n\n')
  expect(events).toEqual([{ type: 'message', data: '', lastEventId: 'seed' }])
})

test('has methods that need no this', () => {
  const { parser, data } = dataParser()
  const { feed, end, reset } = parser
  feed('data: a\n\n')
  end()
  reset()
  feed('data: b\n\n')
  expect(data).toEqual(['a', 'b'])
})

test.for([undefined, {}, { onEvent: 'x' }, () => {}])('refuses options without onEvent: %o', (options) => {
  // @ts-expect-error: what a caller without types may do
  expect(() => createParser(options)).toThrow(TypeError)
})

// Bytes and text

test('takes text as decoded: one byte order mark is stripped, whichever way the stream begins', () => {
  const { parser, data } = dataParser()
  parser.feed('')
  parser.feed(new Uint8Array())
  parser.feed('\uFEFF')
  parser.feed(utf8('data: a\n\n'))
  parser.feed('\uFEFFdata: b\n\n')
  parser.feed(utf8('data: c\n\n'))
  expect(data).toEqual(['a', 'c'])
})

test('goes on from bytes to text between characters, and replaces a character that text cuts short', () => {
  const { parser, data } = dataParser()
  parser.feed(utf8('data: é'))
  parser.feed('中\n\ndata: ')
  parser.feed(utf8('中').slice(0, 2))
  parser.feed('x\n\n')
  parser.feed(utf8('data: 中\n\n'))
  expect(data).toEqual(['é中', '\uFFFDx', '中'])
})

test.for([
  ['bytes', utf8],
  // Its `slice` is a view.
  ['a Buffer of Node.js', (text: string) => Buffer.from(text)],
] as const)('has read %s when feed returns, also inside a callback', ([, encode]) => {
  const { parser, data } = dataParser({
    onComment: () => {
      const bytes = encode('data: b\n\n')
      parser.feed(bytes)
      bytes.fill(0)
    },
  })
  const bytes = encode(':\ndata: a')
  parser.feed(bytes)
  bytes.fill(0)
  parser.feed('\n\n')
  expect(data).toEqual(['adata: b'])
})

// End and reset

test('discards the unfinished block at the end, its id included', () => {
  const { parser, data } = dataParser()
  parser.feed('data: a\n\nid: 1\ndata: b\n')
  parser.end()
  parser.reset()
  parser.feed('\ndata: c\n\n')
  expect(data).toEqual(['a', 'c'])
})

test('refuses to be fed after the end, however often it ended, until reset', () => {
  const { parser, data } = dataParser()
  parser.end()
  parser.end()
  expect(thrownBy(() => parser.feed('data: a\n\n'))).toMatchObject({ code: 'closed' })
  parser.reset()
  parser.feed('data: b\n\n')
  expect(data).toEqual(['b'])
})

test('keeps the last event ID at reset, as a reconnect does, unless told another', () => {
  const ids: string[] = []
  const parser = createParser({ onEvent: (event) => ids.push(event.lastEventId) })
  parser.feed('id: 1\ndata\n\nid: 2\n')
  parser.reset()
  parser.feed('data\n\n')
  parser.reset({ lastEventId: '7' })
  parser.feed('data\n\n')
  parser.reset({ lastEventId: '' })
  parser.feed('data\n\n')
  expect(ids).toEqual(['1', '1', '7', ''])
})

test.for([
  ['an unfinished line', 'data: x'],
  ['an unfinished block', 'event: x\ndata: x\n'],
  ['half a CRLF', 'data: x\r'],
  ['half a character', utf8('data: é').slice(0, -1)],
  ['a byte order mark', '\uFEFF'],
] as const)('begins anew after reset, %s notwithstanding', ([, rest]) => {
  const events: unknown[] = []
  const parser = createParser({ onEvent: (event) => events.push(event) })
  parser.feed(rest)
  parser.reset()
  parser.feed(utf8('\uFEFF\n\ndata: a\n\n'))
  expect(events).toEqual([{ type: 'message', data: 'a', lastEventId: '' }])
})

// Limits

const overLimits = [
  ['maxLineLength', { maxLineLength: 10 }, ':23456789A\n', 'data: 78901'],
  ['maxLineLength', { maxLineLength: 10 }, ':23456789A\n', 'data: 78901\n\n'],
  ['maxEventLength', { maxEventLength: 3 }, 'data: abc\n\ndata: a\ndata: c\n\n', 'data: abcd\n\n'],
  ['maxEventLength', { maxEventLength: 3 }, 'data: a\ndata\ndata\n\n', 'data: ab\ndata: c\n\n'],
  ['maxIdLength', { maxIdLength: 2 }, 'id: ab\n\n', 'id: abc\n'],
  ['maxTypeLength', { maxTypeLength: 2 }, 'event: ab\n\n', 'event: abc\n'],
] as const

test.for(overLimits)('ends where %s is passed, and not before: %o', ([name, limits, within, beyond]) => {
  for (const size of [1, 3, 100]) {
    const { parser, data } = dataParser({ limits })
    parser.feed(within)
    parser.feed('data:1\n\n')
    const errors: unknown[] = []
    const stream = `data:2\n\n${beyond}`
    for (let start = 0; start < stream.length; start += size) {
      errors.push(thrownBy(() => parser.feed(stream.slice(start, start + size))))
    }
    expect(errors.at(-1)).toBeInstanceOf(EventStreamError)
    expect(errors.at(-1)).toMatchObject({ code: 'limit-exceeded' })
    expect(errors.at(-1)).toHaveProperty('message', expect.stringContaining(name))
    expect(data.slice(-2)).toEqual(['1', '2'])
    expect(thrownBy(() => parser.feed('data: 3\n\n'))).toBe(errors.at(-1))
    parser.end()
    expect(thrownBy(() => parser.feed('data: 3\n\n'))).toBe(errors.at(-1))
    expect(data.slice(-2)).toEqual(['1', '2'])
    parser.reset()
    parser.feed('data:4\n\n')
    expect(data.at(-1)).toBe('4')
  }
})

test('measures a line across chunks before it keeps any more of it', () => {
  const { parser } = dataParser({ limits: { maxLineLength: 1000 } })
  parser.feed(':'.repeat(990))
  parser.feed(':'.repeat(10))
  expect(thrownBy(() => parser.feed(':'))).toMatchObject({
    message: 'maxLineLength is 1000, received 1001',
  })
})

test('keeps a line whole that comes in thousands of pieces', () => {
  const { parser, data } = dataParser()
  const line = Array.from({ length: 5000 }, (_, index) => `${index},`)
  for (const piece of ['data:', ...line, '\n', 'data:', ...line, '\n\n']) parser.feed(piece)
  expect(data).toEqual([`${line.join('')}\n${line.join('')}`])
})

test('holds 8 Mi code units of an event and no more by default', () => {
  const { parser, data } = dataParser()
  const line = `data:${'x'.repeat(2 ** 20 - 1)}\n`
  parser.feed(`${line.repeat(8)}\n`)
  expect(data[0]).toHaveLength(2 ** 23 - 1)
  parser.feed(line.repeat(8))
  expect(thrownBy(() => parser.feed('data:12\n'))).toMatchObject({ code: 'limit-exceeded' })
})

test('has no limit where it is Infinity', () => {
  const { parser, data } = dataParser({ limits: { maxLineLength: Infinity, maxEventLength: Infinity } })
  parser.feed(`data:${'x'.repeat(2 ** 23 + 1)}\n\n`)
  expect(data[0]).toHaveLength(2 ** 23 + 1)
})

test.for([0, -1, Number.NaN, '5k'])('refuses %o as a limit', (limit) => {
  // @ts-expect-error: '5k' is what a caller without types may give
  expect(() => dataParser({ limits: { maxIdLength: limit } })).toThrow(
    new RangeError(`limits.maxIdLength must be at least 1, received ${limit}`),
  )
})

// Callbacks that throw or call back

test('parses the rest of the chunk after a callback threw, and then throws its error', () => {
  const failure = new Error('a listener failed')
  const seen: string[] = []
  const parser = createParser({
    onEvent: ({ data }) => {
      seen.push(data)
      if (data === 'b') throw failure
    },
  })
  expect(thrownBy(() => parser.feed('data: a\n\ndata: b\n\ndata: c\n\ndata: d'))).toBe(failure)
  parser.feed('\n\n')
  expect(seen).toEqual(['a', 'b', 'c', 'd'])
})

test('throws the errors of several callbacks together', () => {
  const fail = (what: string) => () => {
    throw new Error(what)
  }
  const parser = createParser({
    onEvent: fail('event'),
    onId: fail('id'),
    onRetry: fail('retry'),
    onComment: fail('comment'),
  })
  const error = thrownBy(() => parser.feed(':\nretry: 1\nid: 1\ndata: a\n\n'))
  expect(error).toBeInstanceOf(AggregateError)
  expect(error).toHaveProperty(
    'errors',
    ['comment', 'retry', 'id', 'event'].map((what) => new Error(what)),
  )
})

test('throws a passed limit together with the error of a callback before it', () => {
  const parser = createParser({
    limits: { maxIdLength: 1 },
    onEvent: () => {
      throw new Error('a listener failed')
    },
  })
  const error = thrownBy(() => parser.feed('data: a\n\nid: 12\n'))
  expect(error).toHaveProperty('errors', [
    expect.objectContaining({ message: 'a listener failed' }),
    expect.objectContaining({ code: 'limit-exceeded' }),
  ])
  expect(thrownBy(() => parser.feed('data: b\n\n'))).toMatchObject({ code: 'limit-exceeded' })
})

/** A parser that does something when it sees the event `now`. */
function reactingParser(react: (parser: Parser) => void): { parser: Parser; data: string[] } {
  const data: string[] = []
  const parser = createParser({
    onEvent: (event) => {
      data.push(event.data)
      if (event.data === 'now') react(parser)
    },
  })
  return { parser, data }
}

test('puts what a callback feeds behind the rest of the chunk', () => {
  const { parser, data } = reactingParser(({ feed }) => {
    feed('c\n\ndata: d\n\n')
    feed('data: e')
  })
  parser.feed('data: now\n\ndata: a\n\ndata: b')
  expect(data).toEqual(['now', 'a', 'bc', 'd'])
  parser.feed('\n\n')
  expect(data.at(-1)).toBe('e')
})

test('drops what a callback fed where the rest of the chunk passes a limit', () => {
  const data: string[] = []
  const parser = createParser({
    limits: { maxEventLength: 5 },
    onEvent: (event) => {
      data.push(event.data)
      parser.feed('data: never\n\n')
    },
  })
  expect(thrownBy(() => parser.feed('data: a\n\ndata: beyond\n\n'))).toMatchObject({ code: 'limit-exceeded' })
  expect(data).toEqual(['a'])
})

test('ends behind the rest of the chunk where a callback ends it, and is not fed from then on', () => {
  const errors: unknown[] = []
  const { parser, data } = reactingParser(({ feed, end }) => {
    feed('data: b\n\n')
    end()
    errors.push(thrownBy(() => feed('data: c\n\n')))
  })
  parser.feed('data: now\n\ndata: a\n\n')
  expect(data).toEqual(['now', 'a', 'b'])
  expect(errors).toEqual([expect.objectContaining({ code: 'closed' })])
  expect(thrownBy(() => parser.feed('x'))).toMatchObject({ code: 'closed' })
})

test('drops the rest of the chunk and of what waits where a callback resets it', () => {
  const { parser, data } = reactingParser(({ feed, reset }) => {
    feed('data: dropped\n\n')
    reset()
    feed('\uFEFFdata: first\n\n')
  })
  parser.feed('data: now\n\ndata: dropped\n\ndata: half')
  parser.feed('data: second\n\n')
  expect(data).toEqual(['now', 'first', 'second'])
})

test('can be reset by a callback that has ended it', () => {
  const { parser, data } = reactingParser(({ end, reset }) => {
    end()
    reset()
  })
  parser.feed('data: now\n\ndata: dropped\n\n')
  parser.feed('data: a\n\n')
  expect(data).toEqual(['now', 'a'])
})

test('drops the event of the block whose id made onId reset it', () => {
  const { parser, data } = dataParser({ onId: () => parser.reset({ lastEventId: 'x' }) })
  parser.feed('id: 1\nevent: leaks\ndata: a\n\n')
  parser.feed('data: b\n\n')
  expect(data).toEqual(['b'])
})

test('swallows no line feed of the new stream after a reset at half a CRLF', () => {
  const { parser, data } = reactingParser(({ reset }) => reset())
  parser.feed('data: now\r\r')
  parser.feed('\ndata: a\n\n')
  expect(data).toEqual(['now', 'a'])
})
