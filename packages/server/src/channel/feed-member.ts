import type { LogEntry } from '../log/log-entry.ts'

/** Who hears a channel live. */
export interface FeedMember {
  /** Whether the member takes this entry before it is live; if not, it is to be waited for. Default: it takes all. */
  hasRoomFor?(entry: LogEntry): boolean
  /** Called for each entry behind the member's position, in order. */
  onEntry(entry: LogEntry): void
  /** Called once when the log broke off (restarted, rolled back, trimmed under the feed): a new resume has to judge. */
  onBreak(): void
  /** Called once with what `onEntry` threw; the member is no longer one, and harms nobody else. */
  onFail(error: unknown): void
}
