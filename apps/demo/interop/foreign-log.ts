import type { PlainEvent } from '@millrace/react'
import type { LogLine } from '../components/log-list.tsx'
import { shortened } from './shortened.ts'

const KEPT_LINES = 40

/** The newest events of somebody else's stream. */
export interface ForeignLog {
  readonly received: number
  /** Newest first. */
  readonly lines: readonly LogLine[]
}

/** The log before the first event. */
export const emptyForeignLog: ForeignLog = { received: 0, lines: [] }

/** Adds an event to the log, and lets go of the oldest one. */
export function logForeignEvent(log: ForeignLog, { type, data, lastEventId }: PlainEvent): ForeignLog {
  const received = log.received + 1
  const text = `${shortened(data)}${lastEventId && ` · id ${shortened(lastEventId)}`}`
  const line: LogLine = { key: received, kind: 'event', label: type, text }
  return { received, lines: [line, ...log.lines.slice(0, KEPT_LINES - 1)] }
}
