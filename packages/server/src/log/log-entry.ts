import type { Position } from '@millrace/core/protocol'

/** What a publisher adds to a log. */
export interface LogRecord {
  /** The event type. */
  readonly type: string
  /** The event's data, as it goes over the wire. */
  readonly data: string
  /** The application's id of the event, if it gave one. */
  readonly id?: string
}

/** A record in its place. Immutable: histories, windows and frames share it. */
export interface LogEntry extends LogRecord, Position {
  /** The tag of the entry before; of position 0 for the first. */
  readonly previousTag: string
  /** When it was appended, in milliseconds since the epoch. */
  readonly atMs: number
}

/** The position before an entry. */
export function positionBefore(entry: LogEntry): Position {
  return { epoch: entry.epoch, seq: entry.seq - 1, tag: entry.previousTag }
}

/** Tells whether an entry is the one behind a position, by number and by tag. */
export function follows(entry: LogEntry, position: Position): boolean {
  return (
    entry.seq === position.seq + 1 && entry.previousTag === position.tag && entry.epoch === position.epoch
  )
}

/** What a record takes of a bounded history, in bytes: its text as UTF-16, and a constant for the rest. */
export function recordBytes(record: LogRecord): number {
  return 2 * (record.type.length + record.data.length) + 128
}
