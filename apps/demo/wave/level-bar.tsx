'use client'

import { useEventStream } from '@millrace/react'
import { useEffect, type ReactNode } from 'react'
import { levelFold } from './level-fold.ts'
import { wave } from './stream.ts'
import styles from './wave.module.css'

/** Where a panel's wave is read: the same for all of its components, who so share one connection. */
export interface WaveOptions {
  readonly url: string
  readonly scope: string
  readonly enabled: boolean
  readonly lingerMs: number
}

/** One level, read by a component of its own. */
export function LevelBar({
  index,
  options,
  onRender,
}: {
  readonly index: number
  readonly options: WaveOptions
  readonly onRender: () => void
}): ReactNode {
  const { data: level = 0 } = useEventStream(wave, {
    ...options,
    fold: levelFold,
    select: ({ levels }) => levels[index],
  })
  // After every render, hence without a list of what it depends on.
  useEffect(onRender)
  return <span className={styles.bar} style={{ transform: `scaleY(${level / 100})` }} />
}
