'use client'

import type { ConnectionStatus } from '@millrace/react'
import { useState, type ReactNode } from 'react'
import { Button } from '../components/button.tsx'
import { Count, Counts } from '../components/counts.tsx'
import { Wheel } from '../components/wheel.tsx'
import { cutConnections } from '../lib/cut-connections.ts'
import styles from './connection-panel.module.css'
import { detailWords, gapWords, statusWords } from './status-words.ts'
import type { Tally } from './tally.ts'
import { useIsLate } from './use-is-late.ts'

const DEGREES_PER_READING = 9
/** A browser that has no connection to spare tells nobody: it only takes long. */
const LATE_AFTER_MS = 5000

/**
 * How the connection is, the button that cuts it, and what the page counted.
 *
 * @param props.instance - Which of several servers answered last; `undefined` where there is one.
 */
export function ConnectionPanel({
  status,
  tally,
  instance,
}: {
  readonly status: ConnectionStatus
  readonly tally: Tally
  readonly instance: string | undefined
}): ReactNode {
  const wasOpen = tally.flow !== 'new'
  const isLate = useIsLate(status === 'connecting' && !wasOpen, LATE_AFTER_MS)
  const words = statusWords(status, { wasOpen, isLate, instance })
  const [cut, setCut] = useState({ refused: false, words })
  // Not by the status itself: while a server is down it goes to and fro, and would wipe the line before anyone has read it.
  if (cut.words !== words) setCut({ refused: false, words })
  const setRefused = (refused: boolean): void => setCut((before) => ({ ...before, refused }))
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
          <p className={styles.detail}>{detailWords(tally, isLate)}</p>
          <p role="status" className={styles.refused}>
            {cut.refused && 'The server did not take the cut'}
          </p>
        </div>
        <Button
          kind="main"
          className={styles.cut}
          onClick={() => {
            setRefused(false)
            void cutConnections().then((isCut) => setRefused(!isCut))
          }}
        >
          Cut the connection
        </Button>
      </div>
      <Counts>
        <Count name="Received" value={tally.received} />
        <Count name="Missed" value={tally.missed} wanted={0} />
        <Count name="Repeated" value={tally.repeated} wanted={0} />
        <Count name="Cuts survived" value={tally.cutsSurvived} />
        <Count name="Gaps told" value={tally.gaps} wanted={0} />
      </Counts>
      {tally.lastGap && <p className={styles.gap}>{gapWords(tally.lastGap)}</p>}
    </section>
  )
}
