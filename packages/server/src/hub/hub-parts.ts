import type { Places } from '../admission/places.ts'
import type { Revalidations } from '../admission/revalidation.ts'
import type { FlushScheduler } from '../session/flush-scheduler.ts'
import type { SharedTurn } from '../session/shared-turn.ts'
import type { QueueBudget } from '../queue/queue-budget.ts'
import type { SnapshotReads } from '../channel/snapshot.ts'
import type { Session } from '../session/session.ts'
import type { SessionRegistry } from '../session/session-registry.ts'
import type { FeedRegistry } from './feed-registry.ts'
import type { ResolvedHubOptions } from './hub-options.ts'

/** What the parts of a hub share. */
export interface HubParts {
  /** The hub's options, defaults filled in. */
  readonly options: ResolvedHubOptions
  /** The live end of each channel that somebody hears. */
  readonly feeds: FeedRegistry
  /** Who has a place, and how many are left. */
  readonly places: Places
  /** Grants that are asked for again while their streams are open. */
  readonly revalidations: Revalidations
  /** All open responses. */
  readonly sessions: SessionRegistry
  /** Streams whose one-shot source has not finished, or let go. */
  readonly sources: Set<Session>
  /** Snapshots that are being read. */
  readonly snapshots: SnapshotReads
  /** What may wait for all clients together. */
  readonly budget: QueueBudget
  /** Has feeds hand on, and sessions flush, after each tick. */
  readonly scheduler: FlushScheduler
  /** Has sources that never wait give way to everything else. */
  readonly turn: SharedTurn
  /** Resolves when messages of other instances are heard. */
  readonly listenForControl: () => Promise<void>
  /** Over how many milliseconds clients are to spread their return, while the hub admits nobody; else `undefined`. */
  readonly turnAwayMs: () => number | undefined
}
