import type { EventStreamEvent } from '@millrace/core'
import { END, GAP, LIVE, OPEN, SNAPSHOT, isReservedType, parseCursor } from '@millrace/core/protocol'
import type { GapReason } from '@millrace/core/protocol'
import type { EndItem, GapItem, LiveItem, PlainEvent, SnapshotItem } from './stream-item.ts'

/** What a Millrace server says of the stream. */
export type ProtocolItem = GapItem | SnapshotItem | LiveItem | EndItem

/** What one block means. */
export interface Reading {
  /** What is to be told first. */
  readonly items: readonly ProtocolItem[]
  /** The event to deliver then, if the block is one and no repeat. */
  readonly event?: PlainEvent
  /** Whether the block allows to send the request again. */
  readonly isResumable?: boolean
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
    isMillrace ??= type === OPEN
    if (!isMillrace) return { items: [], event: { ...block, replayed: false } }

    const members = isReservedType(type) ? parseMembers(data) : undefined
    const cursor = carriesId && (members || isPositioned) ? parseCursor(lastEventId) : undefined
    const items: ProtocolItem[] = []
    const tellGap = (reason: GapReason, missed: number | null, id: string): void => {
      position = undefined
      items.push({ type: GAP, data: { reason, missed }, lastEventId: id })
    }

    if (type === GAP) tellGap(gapReason(members?.['reason']), count(members?.['missed']), lastEventId)
    // Somebody on the way dropped the cursor.
    else if (type === OPEN && members?.['resume'] === 'fresh' && previousId)
      tellGap('unknown', null, lastEventId)
    else if (position && cursor) {
      if (cursor.epoch !== position.epoch) tellGap('restarted', null, previousId)
      else if (cursor.seq === position.seq && cursor.tag !== position.tag)
        tellGap('diverged', null, previousId)
    }

    const isRepeat = !isLatest && position && cursor && cursor.seq <= position.seq
    if (cursor && !isRepeat) position = cursor
    previousId = lastEventId
    if (members) {
      isPositioned ||= !!cursor
      if (type === OPEN) isLatest = members['delivery'] === 'latest'
      if (type === SNAPSHOT) items.push({ type, data: { state: members['state'] }, lastEventId })
      if (type === LIVE && !isLive) {
        isLive = true
        items.push({ type, lastEventId })
      }
      if (type === END) {
        const reason = members['reason'] === 'failed' ? 'failed' : 'done'
        items.push({ type, data: { reason }, lastEventId })
      }
      return { items, isResumable: type === OPEN && carriesId }
    }
    if (isRepeat) return { items }
    const event = { ...block, replayed: isPositioned && !isLive }
    return { items, event: cursor?.id ? { ...event, id: cursor.id } : event }
  }
}

/** Reads the members of a block's data; anything but an object has none. Each is checked where it is used. */
function parseMembers(data: string): Readonly<Record<string, unknown>> {
  return Object(JSON.parse(data))
}

const REASONS: readonly GapReason[] = ['trimmed', 'restarted', 'diverged', 'too-many', 'overflow']

function gapReason(value: unknown): GapReason {
  return REASONS.find((reason) => reason === value) ?? 'unknown'
}

function count(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}
