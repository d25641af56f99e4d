'use client'

import { useEventStream } from '@millrace/react'
import { useEffect, useReducer, useState, type ReactNode } from 'react'
import { host } from '../lib/streams.ts'
import { viewer } from '../lib/viewer.ts'
import { ConnectionPanel } from './connection-panel.tsx'
import { InstrumentPanels } from './instrument-panels.tsx'
import { ReadingsTable } from './readings-table.tsx'
import { addReading, emptyWindow } from './reading-window.ts'
import { count, emptyTally } from './tally.ts'

/** Everything on the page that lives off the stream. */
export function LivePanel(): ReactNode {
  const [tally, dispatch] = useReducer(count, emptyTally)
  const [instance, setInstance] = useState<string>()
  const { data, status } = useEventStream(host, {
    url: `/api/host?viewer=${viewer}`,
    fetch: async (input, init) => {
      const response = await fetch(input, init)
      setInstance(response.headers.get('x-instance') ?? undefined)
      return response
    },
    initialValue: emptyWindow,
    reducer: addReading,
    onEvent: (event) => dispatch({ type: 'reading', reading: event.data, replayed: event.replayed }),
    onGap: (gap) => dispatch({ type: 'gap', reason: gap.data.reason }),
  })
  useEffect(() => {
    if (status === 'waiting' || status === 'connecting') dispatch({ type: 'lost' })
  }, [status])
  useEffect(() => () => dispatch({ type: 'looked-away' }), [])

  return (
    <>
      <ConnectionPanel status={status} tally={tally} instance={instance} />
      <InstrumentPanels readings={data.readings} />
      <ReadingsTable readings={data.readings} />
    </>
  )
}
