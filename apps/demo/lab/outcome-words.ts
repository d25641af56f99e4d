import { countOf } from '../components/count-of.ts'
import { buttons } from './buttons.ts'
import { since } from './counts.ts'
import type { Ledger, Press } from './ledger.ts'

/**
 * Says what came of a press of a button, by what was counted since.
 *
 * @param press - `undefined` for a button that was not pressed.
 */
export function outcomeWords(press: Press | undefined, { counts, isOpen }: Ledger): string {
  if (!press) return ''
  const came = since(press.before, press.after ?? counts)
  const untold = came.missing - came.told
  if (untold > 0) return `${numbers(untold)} missing, and nothing said so`
  if (came.repeated > 0) return `${numbers(came.repeated)} came twice`
  if (came.stops > 0) return `Refused, and stopped. To come back, press “${buttons.admit.label}”`
  if (came.gaps > 0) return gapWords(came)
  if (came.openings > 0) return `Came back: ${countOf(came.replayed)} replayed, none missing, none twice`
  if (came.losses > 0 || !isOpen) return 'Cut off, coming back'
  return 'Nothing so far'
}

function gapWords({ announced, missing }: { readonly announced: number; readonly missing: number }): string {
  if (announced > 0)
    return `Told of a gap of ${countOf(announced)}; by the numbers ${countOf(missing)} are missing`
  return `Told of a gap that cannot be counted; by the numbers ${countOf(missing)} are missing`
}

function numbers(count: number): string {
  return count === 1 ? '1 number' : `${countOf(count)} numbers`
}
