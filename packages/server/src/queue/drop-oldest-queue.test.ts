import { type Cursor, LIVE, parseCursor } from '@millrace/core/protocol'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { NumberedLog, readEvents } from '../../test/numbered-log.ts'
import { plainBlock } from './block.ts'
import { DropOldestQueue } from './drop-oldest-queue.ts'

const seqOf = (lastEventId: string): number => (parseCursor(lastEventId) as Cursor).seq
const createQueue = (): DropOldestQueue => new DropOldestQueue(() => undefined)

describe('a queue that drops the oldest', () => {
  test('gives each event once and in order, or counts it in a gap, however it is filled and read', () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ do: fc.constant('push' as const), size: fc.nat(40) }) },
      fc.record({ do: fc.constant('take' as const), size: fc.integer({ min: 1, max: 500 }) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.integer({ min: 1, max: 600 }), (steps, maxBytes) => {
        const log = new NumberedLog()
        const onDropped = vi.fn<(missed: number) => void>()
        const queue = new DropOldestQueue(onDropped)
        const chunks: Uint8Array[] = []
        queue.push({ kind: 'position', type: LIVE, position: log.positionAt(0) })
        for (const { do: what, size } of steps) {
          if (what === 'push') {
            queue.push(log.append('tick', size))
            queue.makeRoom(maxBytes)
          } else if (queue.size > 0) chunks.push(queue.take(size))
          const entriesLeft = queue.bytes > maxBytes ? queue.size : 0
          // The live block, a gap, and the one event that is never given up.
          expect(entriesLeft).toBeLessThanOrEqual(3)
        }
        while (queue.size > 0) chunks.push(queue.take(1000))

        let seq = 0
        let missedInAll = 0
        for (const { type, data, lastEventId } of readEvents(chunks)) {
          const { n = seq, missed = 0 } = JSON.parse(data) as { n?: number; missed?: number }
          seq += type === 'tick' ? 1 : missed
          missedInAll += missed
          expect([type === 'tick' ? n : seq, seqOf(lastEventId)]).toEqual([seq, seq])
        }
        expect(seq).toBe(log.entries.length)
        expect(onDropped.mock.calls.reduce((sum, [missed]) => sum + missed, 0)).toBe(missedInAll)
      }),
    )
  })

  test('tells of one gap, where the first event that was given up stood', () => {
    const log = new NumberedLog()
    const queue = createQueue()
    queue.push(plainBlock(new TextEncoder().encode(':open\n\n')))
    queue.push({ kind: 'position', type: LIVE, position: log.positionAt(0) })
    for (let n = 0; n < 100; n++) {
      queue.push(log.append())
      queue.makeRoom(200)
    }
    const events = readEvents([queue.take(10_000)])
    expect(events.map(({ type }) => type)).toEqual(['millrace.live', 'millrace.gap', 'tick', 'tick', 'tick'])
    expect(events[1]).toEqual({
      type: 'millrace.gap',
      data: '{"reason":"overflow","missed":97}',
      lastEventId: 'e.97.t97',
    })
  })

  test('joins with a gap that waits before it, whose reason is the stronger', () => {
    const log = new NumberedLog()
    const queue = createQueue()
    for (let n = 0; n < 5; n++) log.append()
    queue.push({ kind: 'gap', reason: 'trimmed', missed: 5, position: log.positionAt(5) })
    queue.push({ kind: 'position', type: LIVE, position: log.positionAt(5) })
    for (let n = 0; n < 10; n++) queue.push(log.append())
    queue.makeRoom(100)
    const events = readEvents([queue.take(10_000)])
    expect(events.slice(0, 2)).toEqual([
      { type: 'millrace.gap', data: '{"reason":"trimmed","missed":14}', lastEventId: 'e.14.t14' },
      // What the block behind it says was outrun: an id never goes back.
      { type: 'millrace.live', data: '{}', lastEventId: 'e.14.t14' },
    ])
  })

  test('does not count what nobody can count', () => {
    const log = new NumberedLog()
    const queue = createQueue()
    queue.push({ kind: 'gap', reason: 'restarted', missed: null, position: log.positionAt(0) })
    for (let n = 0; n < 10; n++) queue.push(log.append())
    queue.makeRoom(100)
    expect(readEvents([queue.take(10_000)])[0]?.data).toBe('{"reason":"restarted","missed":null}')
  })

  test('never drops a snapshot, nor puts a gap before it', () => {
    const log = new NumberedLog()
    const queue = createQueue()
    const bytes = new TextEncoder().encode(`event: millrace.snapshot\ndata: {}\nid: e.0.t0\n\n`)
    queue.push({ kind: 'snapshot', bytes, position: log.positionAt(0) })
    for (let n = 0; n < 10; n++) queue.push(log.append())
    queue.makeRoom(100)
    const types = readEvents([queue.take(10_000)]).map(({ type }) => type)
    expect(types.slice(0, 2)).toEqual(['millrace.snapshot', 'millrace.gap'])
  })

  test('starts another gap once the first has left', () => {
    const log = new NumberedLog()
    const queue = createQueue()
    const overflow = (): void => {
      for (let n = 0; n < 10; n++) queue.push(log.append())
      queue.makeRoom(100)
    }
    overflow()
    const first = queue.take(10_000)
    overflow()
    const gaps = readEvents([first, queue.take(10_000)]).filter(({ type }) => type === 'millrace.gap')
    expect(gaps.map(({ data }) => (JSON.parse(data) as { missed: number }).missed)).toEqual([9, 9])
  })
})
