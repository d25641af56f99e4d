import type { GapReason } from '@millrace/core/protocol'

/** An event of a source without a contract, as it arrives. */
export interface PlainEvent<Data = string> {
  /** The event type; `message` unless the server named one. */
  readonly type: string
  /** The data: text, or what `parse` made of it. */
  readonly data: Data
  /** The last event ID string after this event. */
  readonly lastEventId: string
  /** The id that the publisher gave, where the source is a Millrace channel. */
  readonly id?: string
  /** Whether the event was published before this connection caught up; only Millrace servers tell. */
  readonly replayed: boolean
}

/** Events will not come. The stream goes on behind the hole, with a snapshot first where the route has one. */
export interface GapItem {
  /** The name of the protocol's block. */
  readonly type: 'millrace.gap'
  /** Why, and how many. */
  readonly data: {
    /** Why. */
    readonly reason: GapReason
    /** How many events; `null` where nobody can know. */
    readonly missed: number | null
  }
  /** The last event ID string after this block. */
  readonly lastEventId: string
}

/** The route's state, which replaces what was folded so far. */
export interface SnapshotItem {
  /** The name of the protocol's block. */
  readonly type: 'millrace.snapshot'
  /** What replaces the state folded so far. */
  readonly data: { readonly state: unknown }
  /** The last event ID string after this block. */
  readonly lastEventId: string
}

/** What was missed has been replayed; live events follow. */
export interface LiveItem {
  /** The name of the protocol's block. */
  readonly type: 'millrace.live'
  /** The last event ID string after this block. */
  readonly lastEventId: string
}

/** The stream is over for good. */
export interface EndItem {
  /** The name of the protocol's block. */
  readonly type: 'millrace.end'
  /** Whether the source finished, or threw. */
  readonly data: { readonly reason: 'done' | 'failed' }
  /** The last event ID string after this block. */
  readonly lastEventId: string
}

/** What a connection yields: the source's own events, and what a Millrace server says of the stream between them. */
export type StreamItem<Event> = Event | GapItem | SnapshotItem | LiveItem | EndItem
