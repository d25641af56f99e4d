'use client'

import { useEffect, useReducer, type ReactNode } from 'react'
import { Button } from '../components/button.tsx'
import { Count, Counts } from '../components/counts.tsx'
import { LogList } from '../components/log-list.tsx'
import { Panel } from '../components/panel.tsx'
import { cutConnections } from '../lib/cut-connections.ts'
import { viewer } from '../lib/viewer.ts'
import styles from './interop.module.css'
import { emptyNativeLog, logNative } from './native-log.ts'

const nativeWords = { closed: 'Connecting', open: 'Connected', error: 'Cut off, coming back' } as const

/** What the browser's own `EventSource` makes of a Millrace server. */
export function NativePanel(): ReactNode {
  const [log, dispatch] = useReducer(logNative, emptyNativeLog)
  useEffect(() => {
    const source = new EventSource(`/api/readings?viewer=${viewer}`)
    for (const name of ['millrace.open', 'millrace.gap', 'millrace.live', 'reading'])
      source.addEventListener(name, ({ data, lastEventId }: MessageEvent<string>) =>
        dispatch({ type: 'event', name, data, lastEventId }),
      )
    source.addEventListener('open', () => dispatch({ type: 'open' }))
    source.addEventListener('error', () => dispatch({ type: 'error' }))
    return () => {
      source.close()
      dispatch({ type: 'closed' })
    }
  }, [])
  const { lines, tally } = log
  return (
    <Panel
      title="The browser’s EventSource, our server"
      lead="The readings of the Live page. It comes back by itself with the last id it was given, and the server goes on right behind it."
    >
      <div className={styles.row}>
        <p role="status" className={styles.status}>
          {nativeWords[log.state]}
        </p>
        <Button onClick={() => void cutConnections()}>Cut the connection</Button>
      </div>
      <LogList name="What EventSource reads" lines={lines} empty="No event yet" />
      <Counts className={styles.counts}>
        <Count name="Readings" value={tally.received} />
        <Count name="Missed" value={tally.missed} wanted={0} />
        <Count name="Repeated" value={tally.repeated} wanted={0} />
        <Count name="Cuts survived" value={tally.cutsSurvived} />
      </Counts>
    </Panel>
  )
}
