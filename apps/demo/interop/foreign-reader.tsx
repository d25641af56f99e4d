'use client'

import { useEventStream } from '@millrace/react'
import type { ReactNode } from 'react'
import { Count, Counts } from '../components/counts.tsx'
import { LogList } from '../components/log-list.tsx'
import { emptyForeignLog, logForeignEvent } from './foreign-log.ts'
import styles from './interop.module.css'
import { useRefusal } from './use-refusal.ts'
import { useRises } from './use-rises.ts'

/** The hook on any event stream, with no word about who serves it. */
export function ForeignReader({ url }: { readonly url: string }): ReactNode {
  const { data, status, error } = useEventStream(url, {
    credentials: 'omit',
    initialValue: emptyForeignLog,
    reducer: logForeignEvent,
  })
  const connections = useRises(status === 'open')
  // Who was connected before has only hung up.
  const refusal = useRefusal(url, connections === 0 ? error : undefined)
  return (
    <>
      <p role="status" className={styles.status} data-refused={refusal !== undefined || undefined}>
        {refusal ??
          (status === 'open'
            ? 'Connected'
            : data.received > 0
              ? 'The server hung up: coming back'
              : 'Connecting')}
      </p>
      <LogList name="What the hook reads" lines={data.lines} empty="No event yet" />
      <Counts className={styles.counts}>
        <Count name="Events" value={data.received} />
        <Count name="Connections" value={connections} />
      </Counts>
    </>
  )
}
