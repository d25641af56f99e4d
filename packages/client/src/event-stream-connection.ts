import type { EventStreamError } from '@millrace/core'
import type { ConnectionState, ConnectionStatus } from './connection-state.ts'
import type { GapItem, LiveItem, SnapshotItem } from './stream-item.ts'
import type { EndItem, StreamItem } from './stream-item.ts'

/** What can be heard of a connection. Each function is optional; one that throws harms nobody else. */
export interface ConnectionListener<Event> {
  /** Called for each event of the source, once and in order. */
  readonly onEvent?: (event: Event) => void
  /** Called when events will not come. */
  readonly onGap?: (gap: GapItem) => void
  /** Called with a state that replaces what was folded so far. */
  readonly onSnapshot?: (snapshot: SnapshotItem) => void
  /** Called once per response of a Millrace channel, when what was missed has been replayed. */
  readonly onLive?: (live: LiveItem) => void
  /** Called when the stream is over for good, as a Millrace server says it. */
  readonly onEnd?: (end: EndItem) => void
  /** Called for received data that was refused and left out (`invalid-data`); the stream goes on. */
  readonly onInvalidData?: (error: EventStreamError) => void
  /** Called after the state changed. Where a listener changes it again, those behind it hear of the latest only. */
  readonly onStateChange?: (state: ConnectionState) => void
  /**
   * Called after everything that a chunk of the body brought was handed on, with its text: the moment to notify once. A chunk
   * that brought nothing but a heartbeat counts.
   */
  readonly onChunkEnd?: (text: string) => void
  /** Asked before more is read: reading waits until what it returns is settled. Resolve it when the connection is to end, too. */
  readonly room?: () => Promise<void> | undefined
}

/**
 * A connection to an event stream that reconnects and resumes by itself. Made by `connectEventStream`.
 *
 * Each `for await` over it yields what comes from then on, ends when the stream is done or closed, and throws the error
 * of a stream that failed. Where 1,000 items wait to be taken, reading stops until the loop catches up, for other
 * listeners too. Leaving the loop closes the connection, unless somebody else listens.
 */
export interface EventStreamConnection<Event> extends AsyncIterable<StreamItem<Event>> {
  /** Where the connection stands. */
  readonly state: ConnectionState
  /** The name of that state. */
  readonly status: ConnectionStatus
  /** The last event ID string: the position that a reconnect resumes from. Empty before the first id. */
  readonly lastEventId: string
  /** Listens, from now on. Returns a function that stops listening. */
  subscribe(listener: ConnectionListener<Event>): () => void
  /**
   * Drops the attempt or wait under way and connects at once, also when paused, done or failed. Sends a request that is
   * not GET again. Does nothing once closed.
   */
  reconnect(): void
  /** Disconnects, keeping the position. Does nothing once done, failed or closed. */
  pause(): void
  /** Goes on after `pause()`, and does nothing else. Sends a request that is not GET again. */
  resume(): void
  /** Ends the connection for good. Nothing is delivered any more but the change of state. */
  close(): void
  /** Closes the connection, for `await using`. Absent on platforms without `Symbol.asyncDispose`. */
  [Symbol.asyncDispose](): Promise<void>
}
