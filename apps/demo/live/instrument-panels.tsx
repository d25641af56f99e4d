'use client'

import type { ReactNode } from 'react'
import { StripChart } from '../components/strip-chart.tsx'
import styles from './instrument-panels.module.css'
import { loadAverage, loopDelay, memory, processors, type Instrument } from './instruments.ts'
import type { KeptReading } from './reading-window.ts'
import { stripOf } from './strip.ts'
import { gigabytes, percent } from './units.ts'

/** The four instruments, each with its present value in words and the last minute as a chart. */
export function InstrumentPanels({ readings }: { readonly readings: readonly KeptReading[] }): ReactNode {
  const now = readings.at(-1)
  const cores = now?.coresBusy.length ?? 0
  return (
    <div className={styles.instruments}>
      <InstrumentPanel
        instrument={processors(cores)}
        readings={readings}
        detail={now && `${cores} ${cores === 1 ? 'core' : 'cores'}, all together`}
      >
        <ul className={styles.cores} aria-label="Each core">
          {now?.coresBusy.map((value, index) => (
            <li key={index}>
              <span>Core {index + 1}</span>
              <span className={styles.meter} aria-hidden="true">
                <span style={{ transform: `scaleX(${value / 100})` }} />
              </span>
              <span className={styles.coreValue}>{percent(value)}</span>
            </li>
          ))}
        </ul>
      </InstrumentPanel>
      <InstrumentPanel
        instrument={memory}
        readings={readings}
        detail={now && `${gigabytes(now.memoryUsedBytes)} of ${gigabytes(now.memoryTotalBytes)}`}
      />
      <InstrumentPanel instrument={loadAverage} readings={readings} detail="over one minute" />
      <InstrumentPanel instrument={loopDelay} readings={readings} detail="longest in 250 ms" />
    </div>
  )
}

function InstrumentPanel({
  instrument: { name, chart, values, unit },
  readings,
  detail,
  children,
}: {
  readonly instrument: Instrument
  readonly readings: readonly KeptReading[]
  readonly detail?: string | undefined
  readonly children?: ReactNode
}): ReactNode {
  const main = readings.map((reading) => values(reading).at(-1) ?? 0)
  const now = main.at(-1)
  const summary =
    now === undefined
      ? `${name}: no reading yet`
      : `${name} over the last minute: now ${unit(now)}, lowest ${unit(Math.min(...main))}, highest ${unit(Math.max(...main))}`
  return (
    <section className={styles.panel} aria-label={name}>
      <header className={styles.head}>
        <div className={styles.name}>
          <h2>{name}</h2>
          <p className={styles.detail}>{detail}</p>
        </div>
        <p className={styles.now}>{now === undefined ? '–' : unit(now)}</p>
      </header>
      <StripChart
        className={styles.chart}
        spec={chart}
        strip={stripOf(readings, { lines: chart.lines.length, values })}
        summary={summary}
      />
      {children}
    </section>
  )
}
