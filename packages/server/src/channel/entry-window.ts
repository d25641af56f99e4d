import type { Position } from '@millrace/core/protocol'
import { type LogEntry, follows } from '../log/log-entry.ts'

const MAX_ENTRIES = 256

/** The newest entries of a channel, without a hole, so that a join need not chase the log. */
export class EntryWindow {
  readonly #maxCharacters: number
  #entries: LogEntry[] = []
  #characters = 0

  /** @param maxCharacters - Characters of data kept; 256 entries are kept at the most. */
  constructor(maxCharacters: number) {
    this.#maxCharacters = maxCharacters
  }

  /** Adds the entry behind the newest. */
  push(entry: LogEntry): void {
    this.#entries.push(entry)
    this.#characters += entry.data.length
    while (this.#entries.length > MAX_ENTRIES || this.#characters > this.#maxCharacters) {
      const dropped = this.#entries.shift()
      this.#characters -= dropped?.data.length ?? 0
    }
  }

  /** The entry with a number, if it is among the newest. */
  at(seq: number): LogEntry | undefined {
    const [oldest] = this.#entries
    return oldest && this.#entries[seq - oldest.seq]
  }

  /** The entries behind a position; `undefined` where the window does not reach back to it, or it is of another line. */
  behind(position: Position): readonly LogEntry[] | undefined {
    const [oldest] = this.#entries
    const next = this.at(position.seq + 1)
    return oldest && next && follows(next, position) ? this.#entries.slice(next.seq - oldest.seq) : undefined
  }

  /** Forgets all. */
  clear(): void {
    this.#entries = []
    this.#characters = 0
  }
}
