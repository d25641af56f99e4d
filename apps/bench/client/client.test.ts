import { describe, expect, test } from 'vitest'
import { EventSplitter, type SplitEvent } from './event-splitter.ts'
import { HttpBody } from './http-body.ts'
import { SequenceJudge } from './sequence-judge.ts'

/** In chunks that end inside of events, between them, and around a comment. */
const WIRE = [
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n',
  ...[
    ':  \nevent: millrace.open\ndata: {}\nid: a.0.b\n\n',
    'data: one\n\nevent: two\ndata: 2',
    '\n\n:',
    '\n\n',
    '',
  ].map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`),
].join('')

const EVENTS: readonly SplitEvent[] = [
  { type: 'millrace.open', data: '{}', id: 'a.0.b' },
  { type: 'message', data: 'one', id: '' },
  { type: 'two', data: '2', id: '' },
]

test('a response is read the same however it is cut', () => {
  for (let size = 1; size <= WIRE.length; size++) {
    const heard: unknown[] = []
    const splitter = new EventSplitter((event) => heard.push(event))
    const body = new HttpBody({
      onStatus: (status) => heard.push(status),
      onBody: (text) => splitter.push(text),
      onEnd: () => heard.push('end'),
    })
    for (let at = 0; at < WIRE.length; at += size) body.push(WIRE.slice(at, at + size))
    expect(heard, `in pieces of ${size}`).toEqual([200, ...EVENTS, 'end'])
  }
})

test('a response that is not chunked is read until its connection ends', () => {
  const heard: unknown[] = []
  const splitter = new EventSplitter((event) => heard.push(event))
  const body = new HttpBody({
    onStatus: (status) => heard.push(status),
    onBody: (text) => splitter.push(text),
    onEnd: () => heard.push('end'),
  })
  body.push('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata:o')
  body.push('ne\n\nda')
  body.push('ta: two\n\n')
  expect(heard).toEqual([200, ...['one', 'two'].map((data) => ({ type: 'message', data, id: '' }))])
})

test('reconnection times are told, with events and without', () => {
  const heard: number[] = []
  const splitter = new EventSplitter(
    () => undefined,
    (ms) => heard.push(ms),
  )
  splitter.push('retry: 250\n\nevent: millrace.open\nretry: 1000\ndata: {}\n\ndata: retry: 7\n\n')
  expect(heard).toEqual([250, 1000])
})

test('a refusal ends with its head', () => {
  const heard: unknown[] = []
  const body = new HttpBody({
    onStatus: (status) => heard.push(status),
    onBody: (text) => heard.push(text),
    onEnd: () => heard.push('end'),
  })
  body.push('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n')
  expect(heard).toEqual([403, 'end'])
})

describe('the judge of a sequence', () => {
  const clean = { missed: 0, gaps: 0, lost: 0, repeated: 0, wrongGaps: 0 }

  test.each<[string, (judge: SequenceJudge) => void, object]>([
    ['finds nothing in a whole log', () => undefined, { received: 0 }],
    ['counts what is missing without a word', (judge) => judge.onEvent({ n: 3 }), { received: 1, lost: 2 }],
    [
      'counts what comes twice',
      (judge) => {
        judge.onEvent({ n: 1 })
        judge.onEvent({ n: 1 })
      },
      { received: 2, repeated: 1 },
    ],
    [
      'accepts a gap that says the true number',
      (judge) => {
        judge.onGap(2)
        judge.onEvent({ n: 3 })
      },
      { received: 1, missed: 2, gaps: 1 },
    ],
    [
      'faults a gap that says too little, and counts the rest as lost',
      (judge) => {
        judge.onGap(1)
        judge.onEvent({ n: 3 })
      },
      { received: 1, missed: 1, gaps: 1, lost: 1, wrongGaps: 1 },
    ],
    [
      'faults a gap that says too much',
      (judge) => {
        judge.onGap(5)
        judge.onEvent({ n: 3 })
      },
      { received: 1, missed: 2, gaps: 1, wrongGaps: 1 },
    ],
    [
      'faults a gap that does not say',
      (judge) => {
        judge.onGap(null)
        judge.onEvent({ n: 3 })
      },
      { received: 1, missed: 2, gaps: 1, wrongGaps: 1 },
    ],
    [
      'lets events come again behind a snapshot that has them, and misses none behind it',
      (judge) => {
        judge.onGap(null)
        judge.onSnapshot(4)
        judge.onEvent({ n: 3 })
        judge.onEvent({ n: 4 })
        judge.onEvent({ n: 6 })
      },
      { received: 3, gaps: 1, lost: 1 },
    ],
    [
      'counts what is missing at the end of the log',
      (judge) => {
        judge.onEvent({ n: 1 })
        judge.onGap(1)
        judge.onEndOfLog(4)
      },
      { received: 1, missed: 1, gaps: 1, lost: 2, wrongGaps: 1 },
    ],
  ])('%s', (_, happen, found) => {
    const judge = new SequenceJudge(0)
    happen(judge)
    expect(judge.verdict).toEqual({ ...clean, ...found })
  })
})
