import { useEventStream, type EventStreamError } from '@millrace/react'
import { useEffect, type Dispatch } from 'react'
import { ticks } from '../lib/streams.ts'
import type { LedgerAction } from './ledger.ts'

/**
 * Reads a lab's stream with `useEventStream`.
 *
 * @param enter - Is told what happens; the same function from render to render.
 * @returns `reconnect`: has it ask again after it stopped. `error`: why it did.
 */
export function useHookFeed(
  url: string,
  enter: Dispatch<LedgerAction>,
): { readonly reconnect: () => void; readonly error: EventStreamError | undefined } {
  const { status, error, reconnect } = useEventStream(ticks, {
    url,
    onEvent: ({ data, replayed }) => enter({ type: 'number', n: data.n, replayed }),
    onGap: ({ data }) => enter({ type: 'gap', ...data }),
  })
  useEffect(() => {
    if (status === 'open') enter({ type: 'opened' })
    else if (status === 'failed') enter({ type: 'stopped', why: `refused with ${error?.status}` })
    else enter({ type: 'lost' })
  }, [status, error, enter])
  return { reconnect, error }
}
