import type { ConnectionStatus } from '@millrace/react'
import { countOf } from '../components/count-of.ts'
import { SAMPLES } from './stream.ts'

/**
 * Says in plain words how a wave is.
 *
 * @param options.n - The number of the newest sample.
 * @param options.isOn - Whether the visitor, who has switched it on, has not stopped it.
 */
export function waveWords(
  status: ConnectionStatus,
  { n, isOn }: { readonly n: number; readonly isOn: boolean },
): string {
  if (n === SAMPLES) return `Ended by itself, with event ${countOf(SAMPLES)}`
  if (!isOn) return 'Stopped'
  switch (status) {
    case 'open':
      return 'Running'
    case 'waiting':
      return 'Coming back'
    case 'failed':
      return 'Stopped by an error'
    default:
      return 'Connecting'
  }
}
