import { encodeEventBytes } from '@millrace/core'
import { formatCursor } from '@millrace/core/protocol'
import type { LogEntry } from '../log/log-entry.ts'

const frames = new WeakMap<LogEntry, Uint8Array>()

/** An entry as a block on the wire; made once per entry and process, and shared by history and all clients. */
export function frameOf(entry: LogEntry): Uint8Array {
  const known = frames.get(entry)
  if (known) return known
  const frame = encodeEventBytes({
    event: entry.type,
    data: entry.data,
    id: formatCursor(entry, entry.id),
  })
  frames.set(entry, frame)
  return frame
}
