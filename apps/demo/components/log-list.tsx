import type { ReactNode } from 'react'
import styles from './log-list.module.css'

/** A line of a log. */
export interface LogLine {
  /** Its own among the lines, from render to render. */
  readonly key: string | number
  /** `event`: what was published · `protocol`: what the stream says of itself · `trouble`: what should not be. */
  readonly kind: 'event' | 'protocol' | 'trouble'
  /** What kind of line it is, in a word: an event's type, a state. */
  readonly label: string
  readonly text: string
}

/**
 * What a stream brought, newest first, so that nothing has to be scrolled while it grows. Keep the lines to a bounded number.
 *
 * Not a live region: a screen reader would talk without an end.
 *
 * @param props.name - What the log is of.
 * @param props.empty - What to say before the first line.
 */
export function LogList({
  name,
  lines,
  empty,
}: {
  readonly name: string
  readonly lines: readonly LogLine[]
  readonly empty: string
}): ReactNode {
  return (
    <section className={styles.scroll} aria-label={name} tabIndex={0}>
      {lines.length === 0 ? (
        <p className={styles.empty}>{empty}</p>
      ) : (
        <ol className={styles.lines}>
          {lines.map(({ key, kind, label, text }) => (
            <li key={key} data-kind={kind}>
              <b>{label}</b> <span>{text}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}
