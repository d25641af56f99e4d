import { type Cursor, LIVE, type Position, parseCursor, parseHighest } from '@millrace/core/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NumberedLog, readEvents } from '../../test/numbered-log.ts'
import type { LogEntry } from '../log/log-entry.ts'
import type { Block } from './block.ts'
import { LatestQueue } from './latest-queue.ts'

/** In these tests the event's type is its key; `plain` ones have none. */
const keyOf = ({ type }: LogEntry): string | undefined => (type === 'plain' ? undefined : type)
const createQueue = (highest?: Position): LatestQueue => new LatestQueue(keyOf, highest)
const types = ['a', 'b', 'c', 'plain']

/** What a client knows once it has read some blocks and is cut. */
function judge(log: NumberedLog, seen: readonly number[], lastEventId: string): void {
  const { seq, tag } = parseCursor(lastEventId) as Cursor
  const highest = parseHighest(lastEventId)?.seq ?? seq
  expect(tag).toBe(log.positionAt(seq).tag)
  expect(Math.max(...seen)).toBeLessThanOrEqual(highest)
  for (const entry of log.entries.slice(0, seq)) {
    if (seen.includes(entry.seq)) continue
    // Not sent, so it was stood in for: by one that was sent, or one that a resume from here will send.
    const standIns = log.entries.filter(({ type, seq: at }) => type === entry.type && at > entry.seq)
    expect(keyOf(entry)).not.toBe(undefined)
    expect(standIns.some(({ seq: at }) => at > seq || seen.includes(at))).toBe(true)
    // And if the log loses the one that stood in, the client is to be told.
    const lowestStandIn = standIns.find(({ seq: at }) => at > seq || seen.includes(at))
    expect(lowestStandIn?.seq).toBeLessThanOrEqual(highest)
  }
}

describe('a queue of the latest by key', () => {
  test('loses no key its latest, at whatever block a client is cut', () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ do: fc.constant('push' as const), by: fc.nat(3) }) },
      fc.record({ do: fc.constant('take' as const), by: fc.integer({ min: 1, max: 400 }) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const log = new NumberedLog()
        const queue = createQueue()
        const chunks: Uint8Array[] = []
        const seen: number[] = []
        queue.push({ kind: 'position', type: LIVE, position: log.positionAt(0) })
        // A cut is judged by what the log has then: what came later is replayed anyway.
        const look = (): void => {
          const events = readEvents(chunks)
          const numbers = events.filter(({ type }) => type !== LIVE)
          seen.splice(0, seen.length, ...numbers.map(({ data }) => (JSON.parse(data) as { n: number }).n))
          let before = 0
          for (const [index, { lastEventId }] of events.entries()) {
            const { seq } = parseCursor(lastEventId) as Cursor
            expect(seq).toBeGreaterThanOrEqual(before)
            before = seq
            // The first block of all is `millrace.live`.
            if (index > 0) judge(log, seen.slice(0, index), lastEventId)
          }
        }
        for (const { do: what, by } of steps) {
          if (what === 'push') queue.push(log.append(types[by]))
          else if (queue.size > 0) {
            chunks.push(queue.take(by))
            look()
          }
        }
        while (queue.size > 0) chunks.push(queue.take(100))
        look()
        for (const type of types) {
          const ofType = log.entries.filter((entry) => entry.type === type).map(({ seq }) => seq)
          const sent = seen.filter((n) => ofType.includes(n))
          expect(sent).toEqual(sent.toSorted((a, b) => a - b))
          const mustBeSent = type === 'plain' ? ofType : ofType.slice(-1)
          expect(sent).toEqual(expect.arrayContaining(mustBeSent))
        }
        const last = readEvents(chunks).at(-1)?.lastEventId ?? ''
        expect([parseCursor(last)?.seq, parseHighest(last)]).toEqual([log.entries.length, undefined])
      }),
      { numRuns: 500 },
    )
  })

  test('sends a client that keeps up what all clients share', () => {
    const log = new NumberedLog()
    const queue = createQueue()
    for (const type of types) {
      const frame = log.append(type)
      queue.push(frame)
      expect(queue.take(1000)).toBe(frame.bytes)
    }
  })

  test('puts a newer value in the place of the older: a key that changes often delays no other', () => {
    const log = new NumberedLog()
    const queue = createQueue()
    queue.push(log.append('hot'))
    queue.push(log.append('cold'))
    for (let n = 0; n < 1000; n++) queue.push(log.append('hot'))
    queue.push(log.append('late'))
    const events = readEvents([queue.take(10_000)])
    expect(events.map(({ type, lastEventId }) => [type, lastEventId])).toEqual([
      ['hot', 'e.1.t1~1002.t1002'],
      ['cold', 'e.1002.t1002'],
      ['late', 'e.1003.t1003'],
    ])
  })

  const start: Position = { epoch: 'e', seq: 0, tag: 't0' }
  const bytes = new TextEncoder().encode('event: millrace.snapshot\ndata: {}\nid: e.0.t0\n\n')
  test.each<Block>([
    { kind: 'position', type: LIVE, position: start },
    { kind: 'gap', reason: 'restarted', missed: null, position: start },
    { kind: 'gap', reason: 'trimmed', missed: 1, position: start },
    { kind: 'snapshot', bytes, position: start },
  ])('names a value that stands in for another before it has left, behind $kind $reason', (first) => {
    const log = new NumberedLog()
    // Of a line that a gap may end.
    const queue = createQueue({ ...start, seq: 1 })
    queue.push(first)
    queue.push(log.append('plain'))
    queue.push(log.append('a'))
    queue.push(log.append('a'))
    const events = readEvents([queue.take(1), queue.take(1)])
    const firstId = first.kind === 'snapshot' ? 'e.0.t0' : 'e.0.t0~3.t3'
    // Without the third event the log is not the one that this client saw.
    expect(events.map(({ lastEventId }) => lastEventId)).toEqual([firstId, 'e.2.t2~3.t3'])
  })

  test('goes on with what an earlier response said, until it is behind', () => {
    const log = new NumberedLog()
    for (let n = 0; n < 3; n++) log.append('a')
    const queue = createQueue(log.positionAt(5))
    const ids: string[] = []
    for (const type of ['b', 'a', 'b']) {
      queue.push(log.append(type))
      ids.push(readEvents([queue.take(100)])[0]?.lastEventId ?? '')
    }
    expect(ids).toEqual(['e.4.t4~5.t5', 'e.5.t5', 'e.6.t6'])
  })

  test.each([
    { reason: 'trimmed', id: 'e.4.t4~9.t9' },
    { reason: 'diverged', id: 'e.4.t4' },
  ] as const)('forgets it at a gap that leads elsewhere: $reason', ({ reason, id }) => {
    const log = new NumberedLog()
    const queue = createQueue(log.positionAt(9))
    queue.push({ kind: 'gap', reason, missed: null, position: log.positionAt(4) })
    expect(readEvents([queue.take(100)])[0]?.lastEventId).toBe(id)
  })

  test('moves no value before a gap or a snapshot that waits', () => {
    const log = new NumberedLog()
    const queue = createQueue()
    queue.push(log.append('a'))
    queue.push({ kind: 'gap', reason: 'trimmed', missed: 1, position: log.positionAt(1) })
    queue.push(log.append('a'))
    const bytes = new TextEncoder().encode('event: millrace.snapshot\ndata: {}\nid: e.2.t2\n\n')
    queue.push({ kind: 'snapshot', bytes, position: log.positionAt(2) })
    queue.push(log.append('a'))
    const events = readEvents([queue.take(10_000)])
    expect(events.map(({ type }) => type)).toEqual(['a', 'millrace.gap', 'a', 'millrace.snapshot', 'a'])
  })

  test('keeps the id that the publisher gave', () => {
    const log = new NumberedLog()
    const queue = createQueue()
    const { entry, ...frame } = log.append('a')
    queue.push({ ...frame, entry: { ...entry, id: 'order-17' } })
    queue.push(log.append('b'))
    queue.push(log.append('b'))
    expect(readEvents([queue.take(60)])[0]?.lastEventId).toBe('e.2.t2~3.t3.order-17')
  })

  test('is too slow a client’s when its keys alone are too many', () => {
    const log = new NumberedLog()
    const queue = createQueue()
    for (let n = 0; n < 10; n++) queue.push(log.append(`key ${n}`))
    expect([queue.makeRoom(100), queue.makeRoom(10_000)]).toEqual([false, true])
  })
})
