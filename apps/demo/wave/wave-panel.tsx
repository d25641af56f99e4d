'use client'

import { useEventStreamStatus } from '@millrace/react'
import { useState, type ReactNode } from 'react'
import { Button } from '../components/button.tsx'
import { Panel } from '../components/panel.tsx'
import { wave } from './stream.ts'
import { useOnLeave } from './use-on-leave.ts'
import styles from './wave.module.css'
import { WaveRun } from './wave-run.tsx'

/** The high-rate mode: off until a visitor switches it on, and off again when nobody looks. */
export function WavePanel(): ReactNode {
  const [run, setRun] = useState({ number: 0, isOn: false })
  const stop = (): void => setRun(({ number }) => ({ number, isOn: false }))
  useOnLeave(stop)
  // The scope keeps each run apart from the one before; without a linger the server hears at once that nobody reads.
  const options = { url: '/api/wave', scope: `run ${run.number}`, enabled: run.isOn, lingerMs: 0 }
  const status = useEventStreamStatus(wave, options)
  const isRunning = run.isOn && status !== 'done' && status !== 'failed'
  return (
    <Panel
      className={styles.panel}
      title="A thousand events a second"
      lead="Twenty components read one fold of one stream for half a minute. Each event is counted; the screen is drawn once per frame."
      actions={
        isRunning ? (
          <Button onClick={stop}>Stop</Button>
        ) : (
          <Button onClick={() => setRun(({ number }) => ({ number: number + 1, isOn: true }))}>
            Start a thousand events a second
          </Button>
        )
      }
    >
      {run.number > 0 && <WaveRun key={run.number} options={options} />}
    </Panel>
  )
}
