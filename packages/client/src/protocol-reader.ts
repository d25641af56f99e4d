import type { EventStreamEvent } from '@millrace/core'
import { END, GAP, LIVE, OPEN, SNAPSHOT, isReservedType, parseCursor } from '@millrace/core/protocol'
import type { GapReason } from '@millrace/core/protocol'
import type { Memory } from './machine.ts'
import type { EndItem, GapItem, LiveItem, PlainEvent, SnapshotItem } from './stream-item.ts'

/** A block of the server's own, under the name of the function that listeners have for it. */
export type ProtocolItem =
  | [name: 'onGap', item: GapItem]
  | [name: 'onSnapshot', item: SnapshotItem]
  | [name: 'onLive', item: LiveItem]
  | [name: 'onEnd', item: EndItem]

/** What a block means: what the server says of the stream, or what its ids do, or the event. */
export interface ProtocolListener {
  /** The response is that of a Millrace server. */
  readonly onOpen: (isResumable: boolean, heartbeatMs: number) => void
  /** An event of the source. */
  readonly onEvent: (event: PlainEvent) => void
  /** What a Millrace server says of the stream between events. */
  readonly onItem: (...item: ProtocolItem) => void
}

/**
 * Creates a function that interprets the blocks of one response, in order. It has no effect but to remember positions.
 *
 * @param memory.lastEventId - The last event ID string: at first what the request went on from, then that of each block, which
 *   is written by the caller. A repeat takes it back, and is taken back here.
 * @returns A function of a block and of whether the block itself brought the id. It throws where the data of one of the
 *   server's own blocks is not JSON.
 * @see docs/protocol.md §6
 */
export function createProtocolReader(
  memory: Pick<Memory, 'lastEventId'>,
  { onOpen, onEvent, onItem }: ProtocolListener,
): (block: EventStreamEvent, carriesId: boolean) => void {
  let isMillrace: boolean | undefined
  let previousId = memory.lastEventId
  let position = parseCursor(previousId)
  let isPositioned = false
  let isLatest = false
  let isLive = false

  function tellGap(reason: GapReason, lastEventId: string, missed: unknown = null): void {
    position = undefined
    onItem('onGap', {
      type: GAP,
      data: { reason, missed: typeof missed === 'number' ? missed : null },
      lastEventId,
    })
  }

  return (block, carriesId) => {
    const { type, data, lastEventId } = block
    isMillrace ??= type === OPEN
    /** The type of a block of the server's own; empty for an event. */
    const ownType = isMillrace && isReservedType(type) ? type : ''
    // Anything but an object has no members. Each is checked where it is used.
    const { resume, delivery, heartbeatMs, reason, missed, state }: Members =
      (ownType && JSON.parse(data)) || {}
    const cursor = carriesId && (ownType || isPositioned) ? parseCursor(lastEventId) : undefined
    isPositioned ||= !!cursor

    if (ownType === OPEN) {
      isLatest = delivery === 'latest'
      // What is no number makes a deadline that never comes.
      onOpen(carriesId, heartbeatMs as number)
      // Somebody on the way dropped the cursor.
      if (resume === 'fresh' && previousId) tellGap('unknown', lastEventId)
    } else if (ownType === GAP) {
      // What is no string is no known reason's either.
      tellGap(REASONS.test(reason as string) ? (reason as GapReason) : 'unknown', lastEventId, missed)
    }
    let isRepeat = false
    if (cursor) {
      if (position && cursor.epoch !== position.epoch) tellGap('restarted', previousId)
      // Under `latest` a position may come again, with what stands in for it.
      else if (position && !isLatest) {
        if (cursor.seq === position.seq && cursor.tag !== position.tag) tellGap('diverged', previousId)
        else isRepeat = cursor.seq <= position.seq
      }
    }
    // A resume from a repeat would bring again what came behind it.
    if (isRepeat) memory.lastEventId = previousId
    else {
      previousId = lastEventId
      position = cursor ?? position
    }

    if (ownType === SNAPSHOT) {
      onItem('onSnapshot', { type: ownType, data: { state }, lastEventId })
    } else if (ownType === LIVE) {
      isLive = true
      onItem('onLive', { type: ownType, lastEventId })
    } else if (ownType === END) {
      onItem('onEnd', { type: ownType, data: { reason: reason === 'failed' ? reason : 'done' }, lastEventId })
    } else if (!ownType && !isRepeat) {
      const id = cursor?.id
      onEvent({ ...block, replayed: isPositioned && !isLive, ...(id && { id }) })
    }
  }
}

const REASONS = /^(trimmed|restarted|diverged|too-many|overflow)$/

/** What the data of a block may have. */
type Members = Readonly<
  Partial<Record<'resume' | 'delivery' | 'heartbeatMs' | 'reason' | 'missed' | 'state', unknown>>
>
