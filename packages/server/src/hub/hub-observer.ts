import type { GapReason } from '@millrace/core/protocol'
import type { Refusal } from '../admission/refusal.ts'
import type { EndCause } from '../session/session.ts'

/**
 * What a hub tells its operator: for logs, gauges and counters. Every function is optional, is called synchronously, and must
 * not throw; the names and members stay.
 */
export interface HubObserver {
  /** A response began. */
  readonly onStreamOpen?: (stream: StreamInfo) => void
  /** A response ended. */
  readonly onStreamEnd?: (
    stream: StreamInfo & { readonly cause: EndCause; readonly durationMs: number },
  ) => void
  /** A request was turned away, and nothing was opened for it. */
  readonly onRefuse?: (refusal: Refusal) => void
  /** A client was told that events will not come. */
  readonly onGap?: (gap: {
    readonly channel: string
    readonly reason: GapReason
    readonly missed: number | null
  }) => void
  /** An event was added to a log. */
  readonly onPublish?: (event: {
    readonly channel: string
    readonly type: string
    readonly repeated: boolean
  }) => void
  /** Something threw that no caller is there to catch: a source, a filter, a snapshot, a backplane. Default: `console.error`. */
  readonly onError?: (error: unknown) => void
}

/** Which response. */
export interface StreamInfo {
  /** The channel; `undefined` for a one-shot stream. */
  readonly channel: string | undefined
  /** Who it belongs to, if `authorize` said so. */
  readonly principal: string | undefined
}

/** Tells an observer of an error, or the console where none asked for errors. Clients are told a code at the most. */
export function reportError(observer: HubObserver, error: unknown): void {
  if (observer.onError) observer.onError(error)
  else console.error('[millrace]', error)
}
