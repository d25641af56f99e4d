import { encodeEvent } from '@millrace/core'
import { formatCursor } from '@millrace/core/protocol'
import type { LogEntry } from '../log/log-entry.ts'

/** An entry as a block on the wire: its body (type and data) first, its id line last. */
export interface Frame {
  readonly kind: 'entry'
  /** What it is a block of. */
  readonly entry: LogEntry
  /** The whole block. Shared by all clients: never to be changed or transferred. */
  readonly bytes: Uint8Array
  /** Bytes of the body at the front. A delivery that stamps ids of its own sends these, and another id line. */
  readonly bodyLength: number
}

const encoder = new TextEncoder()
const frames = new WeakMap<LogEntry, Frame>()

/** The frame of an entry; made once per entry and process, and shared by history and all clients. */
export function frameOf(entry: LogEntry): Frame {
  const known = frames.get(entry)
  if (known) return known
  // Without the blank line, which comes behind the id.
  const body = encodeEvent({ event: entry.type, data: entry.data }).slice(0, -1)
  const id = encodeEvent({ id: formatCursor(entry, entry) })
  const bytes = encoder.encode(body + id)
  const frame: Frame = { kind: 'entry', entry, bytes, bodyLength: bytes.length - id.length }
  frames.set(entry, frame)
  return frame
}
