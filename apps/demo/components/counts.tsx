import type { ReactNode } from 'react'
import styles from './counts.module.css'
import { countOf } from './count-of.ts'

/** A row of counts: holds {@link Count}. Stands at the foot of a panel, or by itself. */
export function Counts({
  className = '',
  children,
}: {
  readonly className?: string | undefined
  readonly children: ReactNode
}): ReactNode {
  return <dl className={`${styles.counts} ${className}`}>{children}</dl>
}

/**
 * One count.
 *
 * @param props.wanted - What it should be; shown as a warning where it is something else.
 */
export function Count({
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
