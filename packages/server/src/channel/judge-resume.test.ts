import type { Cursor, Position } from '@millrace/core/protocol'
import { describe, expect, test } from 'vitest'
import type { LogPage } from '../log/backplane.ts'
import type { LogEntry } from '../log/log-entry.ts'
import { judgeResume } from './judge-resume.ts'

const limits = { maxEvents: 50, maxBytes: 10_000 }

/** A log whose tags are `t<seq>`, with entries `first` to `head` kept. */
function pageAfter(
  seq: number,
  { first, head, bytes = 100 }: { first: number; head: number; bytes?: number },
): LogPage {
  const entries: LogEntry[] = []
  for (let next = Math.max(seq + 1, first); next <= head; next++) {
    entries.push({
      epoch: 'e',
      seq: next,
      tag: `t${next}`,
      previousTag: `t${next - 1}`,
      atMs: 0,
      type: 'x',
      data: '1',
    })
  }
  return { head: at(head), base: at(first - 1), entries, bytesToHead: bytes }
}

function at(seq: number): Position {
  return { epoch: 'e', seq, tag: `t${seq}` }
}

function cursor(seq: number, change: Partial<Cursor> = {}): Cursor {
  return { ...at(seq), ...change }
}

describe('a resume', () => {
  test.each([
    ['in the middle of what is kept', cursor(15), 15],
    ['at the head', cursor(20), 20],
    ['right before the oldest entry kept', cursor(10), 10],
    ['with an id of the application behind it', cursor(15, { id: 'order-17' }), 15],
  ])('goes on %s', (_, from, seq) => {
    expect(judgeResume(from, pageAfter(from.seq, { first: 11, head: 20 }), limits)).toEqual({
      resume: 'resumed',
      from: at(seq),
    })
  })

  test.each([
    ['trimmed: the entry after the cursor is gone', cursor(4), 'trimmed', at(10), 6],
    ['diverged: a foreign tag in the middle', cursor(15, { tag: 'foreign' }), 'diverged', at(20), null],
    ['diverged: a foreign tag at the head', cursor(20, { tag: 'foreign' }), 'diverged', at(20), null],
    [
      'diverged: a foreign tag right before the oldest',
      cursor(10, { tag: 'foreign' }),
      'diverged',
      at(20),
      null,
    ],
    ['restarted: another epoch', cursor(15, { epoch: 'other' }), 'restarted', at(10), null],
    [
      'restarted: another epoch, ahead of the head',
      cursor(99, { epoch: 'other' }),
      'restarted',
      at(10),
      null,
    ],
    ['unknown: ahead of the head', cursor(21), 'unknown', at(20), null],
    ['unknown: no cursor at all', undefined, 'unknown', at(20), null],
  ] as const)('is a gap: %s', (_, from, reason, goesOnFrom, missed) => {
    const page = pageAfter(from && from.epoch === 'e' ? from.seq : 0, { first: 11, head: 20 })
    expect(judgeResume(from, page, limits)).toEqual({ resume: 'gap', reason, from: goesOnFrom, missed })
  })

  test.each([
    [
      'too many events behind a cursor that is kept',
      cursor(20),
      { first: 11, head: 71 },
      'too-many',
      at(71),
      51,
    ],
    ['too many bytes', cursor(15), { first: 11, head: 20, bytes: 10_001 }, 'too-many', at(20), 5],
    ['too many behind a cursor that was trimmed', cursor(4), { first: 11, head: 71 }, 'too-many', at(71), 67],
    [
      'too many in a log that began anew',
      cursor(4, { epoch: 'x' }),
      { first: 1, head: 71 },
      'restarted',
      at(71),
      null,
    ],
  ] as const)(
    'replays nothing when there is more than the limit: %s',
    (_, from, log, reason, goesOnFrom, missed) => {
      expect(judgeResume(from, pageAfter(from.seq, log), limits)).toEqual({
        resume: 'gap',
        reason,
        from: goesOnFrom,
        missed,
      })
    },
  )

  test('replays as many events as the limit says', () => {
    expect(judgeResume(cursor(20), pageAfter(20, { first: 11, head: 70 }), limits).resume).toBe('resumed')
  })

  test('goes on in an empty log', () => {
    expect(judgeResume(cursor(0), pageAfter(0, { first: 1, head: 0 }), limits)).toEqual({
      resume: 'resumed',
      from: at(0),
    })
  })

  test('goes on at the head of a log of which nothing is kept', () => {
    const page: LogPage = { head: at(20), base: at(20), entries: [], bytesToHead: 0 }
    expect(judgeResume(cursor(20), page, limits)).toEqual({ resume: 'resumed', from: at(20) })
    expect(judgeResume(cursor(18), page, limits)).toMatchObject({
      reason: 'trimmed',
      from: at(20),
      missed: 2,
    })
  })
})
