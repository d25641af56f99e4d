/** The event types of Millrace's own blocks. @see docs/protocol.md §4 */
export const OPEN = 'millrace.open'
/** Type of the block that tells of events which will not come. */
export const GAP = 'millrace.gap'
/** Type of the block that carries a route's state. */
export const SNAPSHOT = 'millrace.snapshot'
/** Type of the block behind the last replayed event. */
export const LIVE = 'millrace.live'
/** Type of the block that moves the position on while a filter holds events back. */
export const HEARTBEAT = 'millrace.heartbeat'
/** Type of the last block of a one-shot stream, and the id that it carries. */
export const END = 'millrace.end'

/** The query parameter that may carry the cursor instead of the `Last-Event-ID` header. */
export const CURSOR_PARAMETER = 'lastEventId'

/** Data of `millrace.open`. */
export interface OpenBlock {
  /** `fresh`: no cursor was sent; `resumed`: the stream goes on behind it; `gap`: it cannot, a gap follows. */
  readonly resume: 'fresh' | 'resumed' | 'gap'
  /** `all`: every entry; `latest`: newer values may stand in for older ones of the same key. */
  readonly delivery: 'all' | 'latest'
  /** The longest silence to expect, in milliseconds. */
  readonly heartbeatMs: number
}

/** Why events will not come. @see docs/protocol.md §4.2 */
export type GapReason = 'trimmed' | 'restarted' | 'diverged' | 'unknown' | 'too-many' | 'overflow'

/** Data of `millrace.gap`. */
export interface GapBlock {
  /** Why events will not come. */
  readonly reason: GapReason
  /** How many entries; `null` where nobody can know, and before a snapshot. */
  readonly missed: number | null
}

/** Data of `millrace.snapshot`. */
export interface SnapshotBlock<State = unknown> {
  /** What replaces the state folded so far. */
  readonly state: State
}

/** Data of `millrace.end`. */
export interface EndBlock {
  /** `done`: the source finished; `failed`: it threw. */
  readonly reason: 'done' | 'failed'
}

const MAX_EVENT_TYPE_LENGTH = 200

/** Tells whether a text can be the type of an event: 1 to 200 characters, well-formed, without line ends and NUL. */
export function isEventType(type: unknown): type is string {
  return (
    typeof type === 'string' &&
    type.length > 0 &&
    type.length <= MAX_EVENT_TYPE_LENGTH &&
    type.isWellFormed() &&
    !/[\r\n\0]/.test(type)
  )
}

/** Tells whether an event type is reserved for the protocol. */
export function isReservedType(type: string): boolean {
  return type.startsWith('millrace.')
}
