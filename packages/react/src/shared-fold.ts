import type { FoldRules } from './fold.ts'
import type { StreamStore } from './stream-store.ts'

/** A fold that components may share, as `defineFold` makes it. */
export interface SharedFold extends FoldRules {
  /** The state before the first event. */
  readonly initialValue: unknown
  /** Hears that a component joined a store for it, and which one that component read before, if any. */
  readonly onJoin: (store: StreamStore, before: SharedFold | undefined) => void
}
