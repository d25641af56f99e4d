import { EventStreamError } from '@millrace/core'
import { withinTime } from '../admission/within-time.ts'
import type { Session } from '../session/session.ts'
import { type JoinOptions, type OpenedChannel, openChannel } from '../channel/join-channel.ts'

/** How long a backplane may take to say where a stream is to open, in milliseconds. */
export const OPEN_TIMEOUT_MS = 10_000

/**
 * Opens a channel within a bound, so that a backplane that does not answer holds no request for ever.
 *
 * @returns `undefined` if the session ended meanwhile.
 * @throws {EventStreamError} `unavailable` if it takes too long. What the backplane throws.
 */
export async function openInTime(join: JoinOptions, session: Session): Promise<OpenedChannel | undefined> {
  // Not the session's own signal: of a channel's stream nobody else asks for that, and it is 0.3 KB.
  const left = new AbortController()
  const leave = (): void => left.abort()
  session.onEnd(leave)
  const waited = await withinTime(() => openChannel(join), {
    timeoutMs: OPEN_TIMEOUT_MS,
    signal: left.signal,
  }).finally(() => session.offEnd(leave))
  if (waited.outcome === 'settled') return waited.value
  if (waited.outcome === 'left') return undefined
  throw new EventStreamError(
    'unavailable',
    `channel ${join.channel}: the backplane did not answer within ${OPEN_TIMEOUT_MS} ms`,
  )
}
