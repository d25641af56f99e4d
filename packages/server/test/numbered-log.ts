import { type EventStreamEvent, createParser } from '@millrace/core'
import type { Position } from '@millrace/core/protocol'
import { type Frame, frameOf } from '../src/channel/frame.ts'
import type { LogEntry } from '../src/log/log-entry.ts'

/** A log whose entries carry their number, made as it grows. */
export class NumberedLog {
  readonly entries: LogEntry[] = []

  /** The next entry, of a type; `padding` makes its block longer. */
  append(type = 'tick', padding = 0): Frame {
    const seq = this.entries.length + 1
    const previousTag = this.positionAt(seq - 1).tag
    const data = JSON.stringify({ n: seq, padding: 'x'.repeat(padding) })
    const entry: LogEntry = { epoch: 'e', seq, tag: `t${seq}`, previousTag, atMs: 0, type, data }
    this.entries.push(entry)
    return frameOf(entry)
  }

  /** The position behind an entry. */
  positionAt(seq: number): Position {
    return { epoch: 'e', seq, tag: `t${seq}` }
  }
}

/** Reads chunks as a client would. */
export function readEvents(chunks: readonly Uint8Array[]): EventStreamEvent[] {
  const events: EventStreamEvent[] = []
  const parser = createParser({ onEvent: (event) => void events.push(event) })
  for (const chunk of chunks) parser.feed(chunk)
  return events
}
