'use client'

import type { ConnectionStatus } from '@millrace/react'
import { useState, type ReactNode } from 'react'
import { Wheel } from '../components/wheel.tsx'
import { viewer } from '../lib/viewer.ts'
import styles from './connection-panel.module.css'
import { statusWords } from './status-words.ts'
import type { Tally } from './tally.ts'
import { countOf } from './units.ts'

const DEGREES_PER_READING = 9

/** How the connection is, the button that cuts it, and what the page counted. */
export function ConnectionPanel({
  status,
  tally,
}: {
  readonly status: ConnectionStatus
  readonly tally: Tally
}): ReactNode {
  const [refused, setRefused] = useState(false)
  const words = refused ? 'The server did not take the cut' : statusWords(status, tally.flow !== 'new')
  return (
    <section className={styles.panel} aria-labelledby="connection">
      <h2 id="connection" className="visually-hidden">
        Connection
      </h2>
      <div className={styles.state} data-status={status}>
        <Wheel className={styles.wheel} turnDegrees={tally.received * DEGREES_PER_READING} />
        <div className={styles.said}>
          <p role="status" className={styles.words}>
            {words}
          </p>
          <p className={styles.recovered}>{recoveredWords(tally)}</p>
        </div>
        <button
          type="button"
          className={styles.cut}
          onClick={() => void cutConnection().then((cut) => setRefused(!cut))}
        >
          Cut the connection
        </button>
      </div>
      <dl className={styles.counts}>
        <Count name="Received" value={tally.received} />
        <Count name="Missed" value={tally.missed} wanted={0} />
        <Count name="Repeated" value={tally.repeated} wanted={0} />
        <Count name="Cuts survived" value={tally.cutsSurvived} />
        <Count name="Gaps told" value={tally.gaps} wanted={0} />
      </dl>
    </section>
  )
}

function Count({
  name,
  value,
  wanted = value,
}: {
  readonly name: string
  readonly value: number
  readonly wanted?: number
}): ReactNode {
  return (
    <div className={styles.count} data-count={name} data-off={value !== wanted || undefined}>
      <dt>{name}</dt>
      <dd>{countOf(value)}</dd>
    </div>
  )
}

function recoveredWords({ flow, cutsSurvived, recovered }: Tally): string {
  if (flow === 'cut') return 'What is measured meanwhile is kept for you'
  if (cutsSurvived === 0) return 'Not cut since you came'
  return `${countOf(recovered)} ${recovered === 1 ? 'reading' : 'readings'} fetched after cuts`
}

/** Asks the server to end this page's connection; tells whether it did. */
async function cutConnection(): Promise<boolean> {
  const response = await fetch(`/api/cut?viewer=${viewer}`, { method: 'POST' }).catch(() => undefined)
  return response?.ok ?? false
}
