import type { GapReason } from '@millrace/core/protocol'
import type { Refusal } from '../admission/refusal.ts'
import type { EndCause } from '../session/session.ts'
import { tellFailure } from './tell-failure.ts'

/**
 * What a hub tells its operator: for logs, gauges and counters. Every function is optional, is called synchronously, and
 * should not throw: what it throws, or rejects with where it is `async`, is an error like others, and harms no stream. The names and members stay.
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
  if (observer.onError) tellFailure(observer.onError(error), toConsole)
  else toConsole(error)
}

/** An observer that can be told of anything in the middle of everything: what it throws stays with it. */
export function harmless(observer: HubObserver): HubObserver {
  const onError = (error: unknown): void => {
    try {
      reportError(observer, error)
    } catch (thrown) {
      toConsole(thrown)
    }
  }
  const guarded =
    <Info>(hear: (info: Info) => void) =>
    (info: Info): void => {
      try {
        tellFailure(hear.call(observer, info), onError)
      } catch (error) {
        onError(error)
      }
    }
  const { onStreamOpen, onStreamEnd, onRefuse, onGap, onPublish } = observer
  return {
    ...(onStreamOpen && { onStreamOpen: guarded(onStreamOpen) }),
    ...(onStreamEnd && { onStreamEnd: guarded(onStreamEnd) }),
    ...(onRefuse && { onRefuse: guarded(onRefuse) }),
    ...(onGap && { onGap: guarded(onGap) }),
    ...(onPublish && { onPublish: guarded(onPublish) }),
    onError,
  }
}

function toConsole(error: unknown): void {
  console.error('[millrace]', error)
}
