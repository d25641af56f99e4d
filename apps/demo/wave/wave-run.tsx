'use client'

import { useEventStream } from '@millrace/react'
import { useState, type ReactNode } from 'react'
import { Button } from '../components/button.tsx'
import { countOf } from '../components/count-of.ts'
import { Count, Counts } from '../components/counts.tsx'
import { createFrameMeter } from './frame-meter.ts'
import { LevelBar, type WaveOptions } from './level-bar.tsx'
import { levelFold } from './level-fold.ts'
import { LEVELS, SAMPLES_PER_SECOND, wave } from './stream.ts'
import { useFrameFigures } from './use-frame-figures.ts'
import styles from './wave.module.css'
import { waveWords } from './wave-words.ts'

/** One wave from its beginning to its end: twenty bars, and what they cost. */
export function WaveRun({ options }: { readonly options: WaveOptions }): ReactNode {
  const { data, status, reconnect } = useEventStream(wave, {
    ...options,
    fold: levelFold,
    select: ({ n, received, lost, repeated }) => ({ n, received, lost, repeated }),
  })
  const [meter] = useState(createFrameMeter)
  const { elapsedMs, frames, longestFrameMs, renders } = useFrameFigures(meter, status === 'open')
  const perSecond = (count: number): string => countOf(elapsedMs && (count * 1000) / elapsedMs)
  return (
    <>
      <div
        className={styles.bars}
        role="img"
        aria-label={`${LEVELS} levels, each drawn by a component of its own`}
      >
        {Array.from({ length: LEVELS }, (_, index) => (
          <LevelBar key={index} index={index} options={options} onRender={meter.countRender} />
        ))}
      </div>
      <div className={styles.said}>
        <p role="status">{waveWords(status, { n: data.n, isOn: options.enabled })}</p>
        <Button onClick={reconnect} disabled={status !== 'open'}>
          Drop the connection
        </Button>
      </div>
      <Counts className={styles.counts}>
        <Count name="Events" value={data.received} />
        <Count name="Lost" value={data.lost} wanted={0} />
        <Count name="Repeats" value={data.repeated} wanted={0} />
        <Count name="Frames" value={frames} />
        <Count name="Renders" value={renders} />
      </Counts>
      <p className={styles.figures}>
        {perSecond(frames)} frames a second, the longest {countOf(longestFrameMs)} ms. {LEVELS} components
        rendered {perSecond(renders)} times a second; once for each event it would be{' '}
        {countOf(LEVELS * SAMPLES_PER_SECOND)}.
      </p>
    </>
  )
}
