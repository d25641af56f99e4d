import type { Position } from '@millrace/core/protocol'
import type { LogEntry, LogRecord } from './log-entry.ts'

/** How much of each log is kept. What passes any of the three is trimmed, oldest first. */
export interface HistoryPolicy {
  /** Entries kept per channel. Default 1,000. */
  readonly maxEvents: number
  /** How long an entry is kept, in milliseconds. Default 600,000 (10 minutes). */
  readonly maxAgeMs: number
  /** Bytes kept per channel. Default 16,777,216 (16 MiB). */
  readonly maxBytes: number
}

/** How to append a record. */
export interface AppendOptions {
  /**
   * Makes the append repeatable: with a key that was used within the history kept, nothing is appended and the entry of
   * the first append is named again. Left out, each call appends; a store that repeats its own attempts makes a key.
   */
  readonly idempotencyKey?: string | undefined
  /** How much of the log to keep. */
  readonly history: HistoryPolicy
}

/** What became of an append. */
export interface AppendResult {
  /** Where the record stands. */
  readonly position: Position
  /** Whether the idempotency key had been used before, so that nothing was appended. */
  readonly repeated: boolean
}

/** From where to read: behind an entry's number, from the head, from the oldest entry kept, or the last `last` entries. */
export type ReadFrom = { readonly seq: number } | { readonly last: number } | 'head' | 'oldest'

/** What to read of a log. */
export interface ReadOptions {
  /** From where. */
  readonly from: ReadFrom
  /** How many entries at the most. */
  readonly maxEntries: number
  /** How many bytes at the most, by `recordBytes`; at least one entry is read all the same. */
  readonly maxBytes: number
  /** How much of the log counts as kept. */
  readonly history: HistoryPolicy
}

/** One consistent look at a log. */
export interface LogPage {
  /** The position of the newest entry. */
  readonly head: Position
  /** The position before the oldest entry kept; the head where none is. */
  readonly base: Position
  /** The entries asked for, in order and without a hole; they begin at the oldest kept where `from` lies before it. */
  readonly entries: readonly LogEntry[]
  /** Bytes of all entries from the first of `entries` to the head, by `recordBytes`. */
  readonly bytesToHead: number
}

/** What a tail hears: an entry, or only how far the log has come. Both are hints; the log itself decides. */
export type Announcement =
  | { readonly kind: 'entry'; readonly entry: LogEntry }
  | { readonly kind: 'head'; readonly head: Position }

/** Whether a backplane can be used. */
export type BackplaneState = 'up' | 'degraded' | 'down'

/**
 * Where logs live: in this process, or in a store that many processes share.
 *
 * Contract: entries of a channel are numbered 1, 2, 3 … in the order in which appends resolve; a resolved append is
 * visible to every later read; every tail armed before an append hears of it, later or twice perhaps, lost rarely.
 */
export interface Backplane {
  /**
   * Appends a record.
   *
   * @throws {EventStreamError} `unavailable`: nothing happened. `outcome-unknown`: repeat with the same key. `closed`.
   */
  append(channel: string, record: LogRecord, options: AppendOptions): Promise<AppendResult>
  /** Reads a part of a log, and its ends, at one moment. A channel nobody wrote to has a head at 0. */
  read(channel: string, options: ReadOptions): Promise<LogPage>
  /** Hears of appends from now on; resolves, once armed, to a function that stops. */
  tail(channel: string, listener: (announcement: Announcement) => void): Promise<() => void>
  /** Whether the backplane can be used. */
  readonly state: BackplaneState
  /** Lets go of everything; later calls throw `closed`. */
  close(): Promise<void>
}
