import { type Cursor, type GapReason, type Position, isSamePosition } from '@millrace/core/protocol'
import type { LogPage } from '../log/backplane.ts'
import { positionBefore } from '../log/log-entry.ts'

/** How much a route replays at the most; more than that is a gap. */
export interface ReplayLimits {
  /** Entries. Default 10,000. */
  readonly maxEvents: number
  /** Bytes. Default 16,777,216 (16 MiB). */
  readonly maxBytes: number
}

/** What a resume comes to: the position to go on from, and what is missing before it. */
export type Judgement =
  | { readonly resume: 'resumed'; readonly from: Position }
  | {
      readonly resume: 'gap'
      readonly from: Position
      readonly reason: GapReason
      readonly missed: number | null
    }

/**
 * Judges a cursor by one read of the log, made after the request arrived: from the cursor's `seq`, or from the oldest entry
 * kept where the epoch is another.
 *
 * @param cursor - What the client sent; `undefined` if it was not a cursor.
 * @see docs/protocol.md §4.2
 */
export function judgeResume(cursor: Cursor | undefined, page: LogPage, limits: ReplayLimits): Judgement {
  const { head, base } = page
  if (!cursor) return gap('unknown', head, null)
  if (cursor.epoch !== head.epoch) {
    const isTooMuch = head.seq - base.seq > limits.maxEvents || page.bytesToHead > limits.maxBytes
    return gap('restarted', isTooMuch ? head : base, null)
  }
  if (cursor.seq > head.seq) return gap('unknown', head, null)
  if (cursor.seq >= base.seq && !isSamePosition(cursor, positionAt(cursor.seq, page))) {
    return gap('diverged', head, null)
  }
  if (head.seq - Math.max(cursor.seq, base.seq) > limits.maxEvents || page.bytesToHead > limits.maxBytes) {
    return gap('too-many', head, head.seq - cursor.seq)
  }
  if (cursor.seq < base.seq) return gap('trimmed', base, base.seq - cursor.seq)
  return { resume: 'resumed', from: positionAt(cursor.seq, page) }
}

/**
 * Judges the second position of a cursor of delivery `latest`: a log that lost the highest event that a client was sent has
 * older values than the client, and nothing else would tell it so.
 *
 * @param options - `opening`: what the first position came to; `page`: the log, read from the second one on, after that.
 */
export function judgeHighest(
  highest: Position,
  { opening, page }: { readonly opening: Judgement; readonly page: LogPage },
): Judgement {
  const { head, base } = page
  if (opening.resume === 'gap' && opening.reason !== 'trimmed') return opening
  if (head.epoch !== highest.epoch) return gap('restarted', base, null)
  if (highest.seq > head.seq) return gap('unknown', head, null)
  const isKept = highest.seq >= base.seq
  return !isKept || isSamePosition(highest, positionAt(highest.seq, page))
    ? opening
    : gap('diverged', head, null)
}

/** The position with number `seq`, which lies in what is kept and which `page` was read from. */
function positionAt(seq: number, { head, base, entries }: LogPage): Position {
  const [next] = entries
  if (next && next.seq === seq + 1) return positionBefore(next)
  return seq === head.seq ? head : base
}

function gap(reason: GapReason, from: Position, missed: number | null): Judgement {
  return { resume: 'gap', reason, from, missed }
}
