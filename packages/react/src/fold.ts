import type { ConnectionStatus } from '@millrace/client'
import type { EventStreamError } from '@millrace/core'
import { readEvent, refused, type ReadingRules, type StreamEvent } from './read-event.ts'
import { warn } from './warn.ts'

// Bundlers put the mode in its place, as they do for React itself.
declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** What there is to show of a stream: what its events came to, and where its connection stands. Never changed, only replaced. */
export interface StreamView {
  /** The latest payload, or the state of the fold. */
  readonly data: unknown
  /** The latest event that is part of `data`. */
  readonly lastEvent?: StreamEvent | undefined
  /** Why an event is missing from `data`. */
  readonly error?: EventStreamError | undefined
  /** Where the connection stands. */
  readonly state: ViewState
}

/** As much of the state of a connection as there is to show. */
export interface ViewState {
  readonly status: ConnectionStatus
  readonly error?: EventStreamError | undefined
}

/** What is made of events. */
export interface FoldRules extends ReadingRules {
  /** Makes the next state from the last one and an event. Default: the data of an event is the next state. */
  readonly reducer?: ((state: unknown, event: StreamEvent) => unknown) | undefined
}

/** A fold under way. */
export interface RunningFold {
  /** Asked for at each event: those of a component may be others with each render. */
  readonly rules: () => FoldRules
  /** As of now. */
  latest: StreamView
  /** As of the last flush, so that all components show the same; the same object as `latest` when no flush is due. */
  shown: StreamView
}

/** The state of a connection that is about to be made. */
export const CONNECTING: ViewState = { status: 'connecting' }

/** Begins a fold. */
export function createFold(rules: () => FoldRules, data?: unknown): RunningFold {
  const latest = { data, state: CONNECTING }
  return { rules, latest, shown: latest }
}

/** Changes something that the next flush shows. */
export function changeFold(fold: RunningFold, news: Partial<StreamView>): void {
  fold.latest = { ...fold.latest, ...news }
}

/**
 * Takes one event in. When the reducer throws, the data stays as it was.
 *
 * @returns The error of an event that its contract does not bear.
 */
export function takeEvent(fold: RunningFold, received: StreamEvent): EventStreamError | undefined {
  const rules = fold.rules()
  const { reducer, channel } = rules
  const event = readEvent(received, rules)
  if (event instanceof Error) {
    changeFold(fold, { error: event })
    return channel?.invalidData === 'fail' ? event : undefined
  }
  if (!event) return undefined
  try {
    changeFold(fold, { data: reducer ? reducer(fold.latest.data, event) : event.data, lastEvent: event })
  } catch (cause) {
    if (process.env.NODE_ENV !== 'production') {
      warn('a reducer threw; the state stays as it was, and `error` says so', cause)
    }
    changeFold(fold, { error: refused('the reducer', event, cause) })
  }
  return undefined
}

/**
 * Takes over what others show. The latest payload is as good from whoever received it; a fold takes nothing that it did not see.
 *
 * @param view - What the store itself keeps: its data are the latest events.
 */
export function catchUp(fold: RunningFold, { data, state }: StreamView): void {
  if (!fold.rules().reducer) for (const event of data as readonly StreamEvent[]) takeEvent(fold, event)
  changeFold(fold, { state })
}

/** Goes on from another state. The latest payload is no state, and stays. */
export function replaceState(fold: RunningFold, data: unknown): void {
  if (fold.rules().reducer) changeFold(fold, { data, error: undefined })
}
