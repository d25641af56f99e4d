import type { EventStreamEvent } from '@millrace/core'
import { END, GAP, LIVE, OPEN, SNAPSHOT, isReservedType, parseCursor } from '@millrace/core/protocol'
import type { GapReason } from '@millrace/core/protocol'
import type { PlainEvent, StreamItem } from './stream-item.ts'

/** The response is that of a Millrace server. */
export interface OpenItem {
  readonly type: typeof OPEN
  /** Whether the block allows to send the request again. */
  readonly isResumable: boolean
}

/**
 * Creates a function that interprets the blocks of one response, in order. It has no effect but to remember positions.
 *
 * @param requestId - The last event ID string that the request went on from.
 * @param tell - Receives what a block means: what the server says of the stream, or what its ids do, and the event.
 * @returns A function of a block and of whether the block itself brought the id. It throws where the data of one of the
 *   server's own blocks is not JSON.
 * @see docs/protocol.md §6
 */
export function createProtocolReader(
  requestId: string,
  tell: (item: OpenItem | StreamItem<PlainEvent>) => void,
): (block: EventStreamEvent, carriesId: boolean) => void {
  let isMillrace: boolean | undefined
  let previousId = requestId
  let position = parseCursor(requestId)
  let isPositioned = false
  let isLatest = false
  let isLive = false

  return (block, carriesId) => {
    const { type, data, lastEventId } = block
    isMillrace ??= type === OPEN
    /** The type of a block of the server's own; empty for an event. */
    const ownType = isMillrace && isReservedType(type) ? type : ''
    // Anything but an object has no members. Each is checked where it is used.
    const members: Readonly<Record<string, unknown>> = ownType ? Object(JSON.parse(data)) : {}
    const cursor = carriesId && (ownType || isPositioned) ? parseCursor(lastEventId) : undefined
    isPositioned ||= !!cursor
    if (ownType === OPEN) {
      isLatest = members['delivery'] === 'latest'
      tell({ type: ownType, isResumable: carriesId })
    }

    const tellGap = (reason: GapReason, id: string, missed: number | null = null): void => {
      position = undefined
      tell({ type: GAP, data: { reason, missed }, lastEventId: id })
    }
    if (ownType === GAP) {
      const { reason, missed } = members
      const known = REASONS.find((each) => each === reason) ?? 'unknown'
      tellGap(known, lastEventId, typeof missed === 'number' ? missed : null)
      // Somebody on the way dropped the cursor.
    } else if (ownType === OPEN && members['resume'] === 'fresh' && previousId)
      tellGap('unknown', lastEventId)
    else if (position && cursor) {
      if (cursor.epoch !== position.epoch) tellGap('restarted', previousId)
      else if (cursor.seq === position.seq && cursor.tag !== position.tag) tellGap('diverged', previousId)
    }

    const isRepeat = !isLatest && position && cursor && cursor.seq <= position.seq
    if (cursor && !isRepeat) position = cursor
    previousId = lastEventId

    if (ownType === SNAPSHOT) {
      tell({ type: ownType, data: { state: members['state'] }, lastEventId })
    } else if (ownType === LIVE && !isLive) {
      isLive = true
      tell({ type: ownType, lastEventId })
    } else if (ownType === END) {
      const reason = members['reason'] === 'failed' ? 'failed' : 'done'
      tell({ type: ownType, data: { reason }, lastEventId })
    } else if (!ownType && !isRepeat) {
      const id = cursor?.id
      tell({ ...block, replayed: isPositioned && !isLive, ...(id && { id }) })
    }
  }
}

const REASONS: readonly GapReason[] = ['trimmed', 'restarted', 'diverged', 'too-many', 'overflow']
