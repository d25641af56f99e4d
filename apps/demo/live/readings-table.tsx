'use client'

import type { ReactNode } from 'react'
import type { KeptReading } from './reading-window.ts'
import styles from './readings-table.module.css'
import { gigabytes, load, mean, milliseconds, percent } from './units.ts'

const ROWS = 16
const arrivals = { history: 'before you came', live: 'live', recovered: 'recovered after a cut' } as const

/** The last readings in figures: what the charts show, for those who would rather read. */
export function ReadingsTable({ readings }: { readonly readings: readonly KeptReading[] }): ReactNode {
  return (
    <details className={styles.details}>
      <summary>The last readings as a table</summary>
      <section className={styles.scroll} aria-label="The last readings" tabIndex={0}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Number</th>
              <th scope="col">Time (UTC)</th>
              <th scope="col">Processors</th>
              <th scope="col">Memory in use</th>
              <th scope="col">Load average</th>
              <th scope="col">Event-loop delay</th>
              <th scope="col">Arrived</th>
            </tr>
          </thead>
          <tbody>
            {readings
              .slice(-ROWS)
              .toReversed()
              .map((reading) => (
                <tr key={`${reading.run}.${reading.n}`} data-n={reading.n}>
                  <td>{reading.n}</td>
                  <td>{new Date(reading.atMs).toISOString().slice(11, 22)}</td>
                  <td>{percent(mean(reading.coresBusy))}</td>
                  <td>{gigabytes(reading.memoryUsedBytes)}</td>
                  <td>{load(reading.loadAverage)}</td>
                  <td>{milliseconds(reading.loopDelayMs)}</td>
                  <td>{arrivals[reading.arrival]}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </section>
    </details>
  )
}
