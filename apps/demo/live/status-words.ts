import type { ConnectionStatus, GapItem } from '@millrace/react'
import { countOf } from '../components/count-of.ts'
import type { Tally } from './tally.ts'

/**
 * Says in plain words how the connection is.
 *
 * @param options.wasOpen - Whether readings came before.
 * @param options.isLate - Whether the first connection takes longer than it should.
 * @param options.instance - Which of several servers answered; `undefined` where there is one.
 */
export function statusWords(
  status: ConnectionStatus,
  {
    wasOpen,
    isLate,
    instance,
  }: { readonly wasOpen: boolean; readonly isLate: boolean; readonly instance: string | undefined },
): string {
  switch (status) {
    case 'open':
      return instance === undefined ? 'Connected' : `Connected to instance ${instance}`
    case 'idle':
    case 'connecting':
    case 'waiting':
      if (wasOpen) return 'Cut off, coming back'
      return isLate ? 'Still connecting' : 'Connecting'
    case 'paused':
      return 'Paused'
    case 'done':
      return 'The stream has ended'
    case 'failed':
      return 'Stopped by an error'
    case 'closed':
      return 'Closed'
  }
}

/** Says what the cuts came to; while the first connection is late, what may hold it up. */
export function detailWords({ flow, cutsSurvived, recovered }: Tally, isLate: boolean): string {
  if (isLate) return 'A browser opens six connections to one site at most; close another tab'
  if (flow === 'cut') return 'Readings are kept for a while'
  if (cutsSurvived === 0) return 'Not cut since you came'
  return `${countOf(recovered)} ${recovered === 1 ? 'reading' : 'readings'} fetched after cuts`
}

/** Says why readings are missing for good. */
export function gapWords(reason: GapItem['data']['reason']): string {
  switch (reason) {
    case 'trimmed':
      return 'The server no longer had what was missed.'
    case 'restarted':
      return 'The server was started anew, and what it had kept is gone.'
    case 'diverged':
      return 'What the server kept is not what this page had read.'
    case 'too-many':
      return 'More was missed than the server sends again.'
    case 'overflow':
      return 'Readings came faster than this connection could carry them.'
    case 'unknown':
      return 'The server could not tell where this page had stopped.'
  }
}
