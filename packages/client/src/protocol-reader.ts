import type { EventStreamEvent } from '@millrace/core'
import { END, GAP, LIVE, OPEN, SNAPSHOT, isReservedType, parseCursor } from '@millrace/core/protocol'
import type { GapReason } from '@millrace/core/protocol'
import type { PlainEvent, StreamItem } from './stream-item.ts'

/** What one block means. */
export interface Reading {
  /** What is to be told, in order: what the server says of the stream, or what its ids do, and the event. */
  readonly items: readonly StreamItem<PlainEvent>[]
  /** Whether the response is that of a Millrace server. */
  readonly isMillrace: boolean
  /** Whether the block allows to send the request again. */
  readonly isResumable: boolean
}

/**
 * Creates a function that interprets the blocks of one response, in order. It has no effect but to remember positions.
 *
 * @param requestId - The last event ID string that the request went on from.
 * @returns A function of a block and of whether the block itself brought the id. It throws where the data of one of the
 *   server's own blocks is not JSON.
 * @see docs/protocol.md §6
 */
export function createProtocolReader(
  requestId: string,
): (block: EventStreamEvent, carriesId: boolean) => Reading {
  let isMillrace: boolean | undefined
  let previousId = requestId
  let position = parseCursor(requestId)
  let isPositioned = false
  let isLatest = false
  let isLive = false

  return (block, carriesId) => {
    const { type, data, lastEventId } = block
    const items: StreamItem<PlainEvent>[] = []
    isMillrace ??= type === OPEN
    /** The type of a block of the server's own; empty for an event. */
    const ownType = isMillrace && isReservedType(type) ? type : ''
    // Anything but an object has no members. Each is checked where it is used.
    const members: Readonly<Record<string, unknown>> = ownType ? Object(JSON.parse(data)) : {}
    const cursor = carriesId && (ownType || isPositioned) ? parseCursor(lastEventId) : undefined
    isPositioned ||= !!cursor
    if (ownType === OPEN) isLatest = members['delivery'] === 'latest'

    const tellGap = (reason: GapReason, id: string, missed: number | null = null): void => {
      position = undefined
      items.push({ type: GAP, data: { reason, missed }, lastEventId: id })
    }
    if (ownType === GAP) tellGap(gapReason(members['reason']), lastEventId, count(members['missed']))
    // Somebody on the way dropped the cursor.
    else if (ownType === OPEN && members['resume'] === 'fresh' && previousId) tellGap('unknown', lastEventId)
    else if (position && cursor) {
      if (cursor.epoch !== position.epoch) tellGap('restarted', previousId)
      else if (cursor.seq === position.seq && cursor.tag !== position.tag) tellGap('diverged', previousId)
    }

    const isRepeat = !isLatest && position && cursor && cursor.seq <= position.seq
    if (cursor && !isRepeat) position = cursor
    previousId = lastEventId

    if (ownType === SNAPSHOT) {
      items.push({ type: ownType, data: { state: members['state'] }, lastEventId })
    } else if (ownType === LIVE && !isLive) {
      isLive = true
      items.push({ type: ownType, lastEventId })
    } else if (ownType === END) {
      const reason = members['reason'] === 'failed' ? 'failed' : 'done'
      items.push({ type: ownType, data: { reason }, lastEventId })
    } else if (!ownType && !isRepeat) {
      const id = cursor?.id
      items.push({ ...block, replayed: isPositioned && !isLive, ...(id && { id }) })
    }
    return { items, isMillrace, isResumable: ownType === OPEN && carriesId }
  }
}

const REASONS: readonly GapReason[] = ['trimmed', 'restarted', 'diverged', 'too-many', 'overflow']

function gapReason(value: unknown): GapReason {
  return REASONS.find((reason) => reason === value) ?? 'unknown'
}

function count(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}
