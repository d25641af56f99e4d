import type { ConnectionState, ConnectionStatus } from '@millrace/client'
import { unfolded, type Folded } from './fold.ts'

/** What a component shows of a stream. Never changed, only replaced. */
export interface StreamSnapshot extends Folded {
  /** Where the connection stands. */
  readonly status: ConnectionStatus
}

/** The state of a connection that nobody asked for yet. */
export const IDLE: ConnectionState = { status: 'idle' }

/** What to show before anything was requested. */
export function idleSnapshot(data: unknown): StreamSnapshot {
  return { ...unfolded(data), status: 'idle' }
}

/** Puts together what to show now. Returns the last snapshot where nothing changed, so that nothing is rendered. */
export function nextSnapshot<Snapshot extends StreamSnapshot>(
  last: Snapshot,
  folded: Folded,
  state: ConnectionState,
): Snapshot {
  const { data, lastEvent } = folded
  const { status } = state
  // Trouble with the connection matters more than one event that was refused.
  const error = ('error' in state ? state.error : undefined) ?? folded.error
  const isSame =
    Object.is(data, last.data) &&
    lastEvent === last.lastEvent &&
    error === last.error &&
    status === last.status
  return isSame ? last : { ...last, data, lastEvent, error, status }
}
