import type { Position } from '@millrace/core/protocol'
import type { AppendOptions, AppendResult, HistoryPolicy, LogPage, ReadOptions } from './backplane.ts'
import { type LogEntry, type LogRecord, positionBefore, recordBytes } from './log-entry.ts'
import { randomTag } from './random-name.ts'

/** Empty places are cut off the array once there are this many, so that trimming is not quadratic. */
const COMPACT_AT = 1024

/** One log in memory: bounded by count, age and bytes; look-up by number in constant time. */
export class MemoryLog {
  #head: Position
  /** Entries in order; the places of trimmed ones are empty until the array is cut. */
  #entries: Array<LogEntry | undefined> = []
  /** For each entry, the bytes appended up to and with it, so that any span is one subtraction. */
  #bytesUpTo: number[] = []
  /** Index in `#entries` of the oldest entry kept. */
  #first = 0
  /** Bytes appended in all, and bytes trimmed in all. */
  #appended = 0
  #trimmed = 0
  /** Entries that were appended with an idempotency key: where, and by number the key. */
  readonly #byKey = new Map<string, Position>()
  readonly #keys = new Map<number, string>()
  /** As it was last used with. */
  #maxAgeMs = Infinity

  /** @param origin - Position 0, or that of the last entry of a log that was put away. */
  constructor(origin: Position) {
    this.#head = origin
  }

  /** The position of the newest entry. */
  get head(): Position {
    return this.#head
  }

  /** Whether all entries are older than this log's own history keeps them; others may keep theirs longer or shorter. */
  get isStale(): boolean {
    const newest = this.#entries.length > this.#first ? this.#entries.at(-1) : undefined
    return (newest?.atMs ?? -Infinity) < Date.now() - this.#maxAgeMs
  }

  /** Appends a record, or names the entry that the same key made before. */
  append(record: LogRecord, { idempotencyKey, history }: AppendOptions): AppendResult & { entry?: LogEntry } {
    const earlier = idempotencyKey === undefined ? undefined : this.#byKey.get(idempotencyKey)
    if (earlier) return { position: earlier, repeated: true }
    const { epoch, seq, tag } = this.#head
    const entry: LogEntry = Object.freeze({
      ...record,
      epoch,
      seq: seq + 1,
      tag: randomTag(),
      previousTag: tag,
      atMs: Date.now(),
    })
    this.#head = { epoch, seq: entry.seq, tag: entry.tag }
    this.#appended += recordBytes(entry)
    this.#entries.push(entry)
    this.#bytesUpTo.push(this.#appended)
    if (idempotencyKey !== undefined) {
      this.#byKey.set(idempotencyKey, this.#head)
      this.#keys.set(entry.seq, idempotencyKey)
    }
    this.#trim(history)
    return { position: this.#head, repeated: false, entry }
  }

  /** Forgets the oldest entries but for `keep`. */
  trim(keep: number): void {
    this.#trim({ maxEvents: keep, maxAgeMs: this.#maxAgeMs, maxBytes: Infinity })
  }

  /** Reads a part, after trimming what is too old. */
  read({ from, maxEntries, maxBytes, history }: ReadOptions): LogPage {
    this.#trim(history)
    const oldest = this.#entries[this.#first]
    const base = oldest ? positionBefore(oldest) : this.#head
    const start = this.#first + Math.max(this.#startOf(from, base) - base.seq, 0)
    const skipped = start === this.#first ? this.#trimmed : (this.#bytesUpTo[start - 1] ?? this.#appended)
    let end = start
    while (end < this.#entries.length && end - start < maxEntries) {
      if (end > start && (this.#bytesUpTo[end] as number) - skipped > maxBytes) break
      end++
    }
    return {
      head: this.#head,
      base,
      // From the oldest kept on there are no empty places.
      entries: this.#entries.slice(start, end) as LogEntry[],
      bytesToHead: this.#appended - skipped,
    }
  }

  #startOf(from: ReadOptions['from'], base: Position): number {
    if (from === 'head') return this.#head.seq
    if (from === 'oldest') return base.seq
    return 'last' in from ? this.#head.seq - from.last : from.seq
  }

  /** Forgets the newest entries down to `seq`, keys included: what a store does that is restored from a backup. */
  rollBack(seq: number): void {
    while (this.#head.seq > seq && this.#entries.length > this.#first) {
      const newest = this.#entries.pop() as LogEntry
      this.#bytesUpTo.pop()
      this.#appended -= recordBytes(newest)
      this.#head = positionBefore(newest)
      this.#forgetKey(newest)
    }
  }

  #trim({ maxEvents, maxAgeMs, maxBytes }: HistoryPolicy): void {
    this.#maxAgeMs = maxAgeMs
    const tooOld = Date.now() - maxAgeMs
    for (let oldest = this.#entries[this.#first]; oldest; oldest = this.#entries[this.#first]) {
      const kept = this.#entries.length - this.#first
      if (kept <= maxEvents && this.#appended - this.#trimmed <= maxBytes && oldest.atMs >= tooOld) break
      this.#forget(oldest)
    }
    if (this.#first >= COMPACT_AT && this.#first * 2 >= this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first)
      this.#bytesUpTo = this.#bytesUpTo.slice(this.#first)
      this.#first = 0
    }
  }

  #forget(entry: LogEntry): void {
    this.#entries[this.#first++] = undefined
    this.#trimmed += recordBytes(entry)
    this.#forgetKey(entry)
  }

  #forgetKey(entry: LogEntry): void {
    const key = this.#keys.get(entry.seq)
    if (key === undefined) return
    this.#keys.delete(entry.seq)
    this.#byKey.delete(key)
  }
}
