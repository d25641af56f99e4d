import type { LogLine } from '../components/log-list.tsx'
import type { Reading } from '../lib/reading.ts'
import { count, emptyTally, type Tally } from '../live/tally.ts'
import { shortened } from './shortened.ts'

const KEPT_LINES = 60

/** What a native `EventSource` brought, and what is missing of it. */
export interface NativeLog {
  /** How the connection is: `error` while it is reestablished. */
  readonly state: 'closed' | 'open' | 'error'
  /** Newest first. */
  readonly lines: readonly LogLine[]
  readonly tally: Tally
  /** How many lines there ever were. */
  readonly written: number
}

/** An event of the stream, or a change of the connection. */
export type NativeAction =
  | { readonly type: 'event'; readonly name: string; readonly data: string; readonly lastEventId: string }
  | { readonly type: NativeLog['state'] }

/** The log before anything came. */
export const emptyNativeLog: NativeLog = { state: 'closed', lines: [], tally: emptyTally, written: 0 }

/** Writes down one thing that happened. */
export function logNative(log: NativeLog, action: NativeAction): NativeLog {
  switch (action.type) {
    case 'event': {
      const { name, data, lastEventId } = action
      const text = `${lastEventId ? `id ${lastEventId}` : 'no id'} · ${shortened(data)}`
      const kind = name === 'reading' ? 'event' : 'protocol'
      const written = write(log, { kind, label: name, text })
      return kind === 'event' ? { ...written, tally: countReading(log.tally, data) } : written
    }
    case 'open':
      return { ...log, state: 'open' }
    case 'error': {
      const lost = {
        kind: 'trouble',
        label: 'error',
        text: 'the connection is lost, and reestablished',
      } as const
      return { ...write(log, lost), state: 'error', tally: count(log.tally, { type: 'lost' }) }
    }
    case 'closed':
      return { ...log, state: 'closed', tally: count(log.tally, { type: 'looked-away' }) }
  }
}

function countReading(tally: Tally, data: string): Tally {
  const reading = JSON.parse(data) as Reading
  // A native EventSource does not tell what is replayed from what is new.
  return count(tally, { type: 'reading', reading, replayed: false })
}

function write(log: NativeLog, line: Omit<LogLine, 'key'>): NativeLog {
  const written = log.written + 1
  return { ...log, written, lines: [{ key: written, ...line }, ...log.lines.slice(0, KEPT_LINES - 1)] }
}
