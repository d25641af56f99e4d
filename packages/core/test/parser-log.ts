import type { EventStreamEvent } from '../src/event-stream-event.ts'

/** Everything a parser told, in order. */
export type ParserLog = (
  | ['event', string, string, string]
  | ['id', string]
  | ['retry', number]
  | ['comment', string]
)[]

/** Callbacks that write a log. */
export function logInto(log: ParserLog): {
  onEvent: (event: EventStreamEvent) => void
  onId: (id: string) => void
  onRetry: (reconnectionTimeMs: number) => void
  onComment: (comment: string) => void
} {
  return {
    onEvent: ({ type, data, lastEventId }) => void log.push(['event', type, data, lastEventId]),
    onId: (id) => void log.push(['id', id]),
    onRetry: (reconnectionTimeMs) => void log.push(['retry', reconnectionTimeMs]),
    onComment: (comment) => void log.push(['comment', comment]),
  }
}
