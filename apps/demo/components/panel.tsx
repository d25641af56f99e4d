import { useId, type ReactNode } from 'react'
import styles from './panel.module.css'

/**
 * A framed part of a page: a landmark with a heading.
 *
 * @param props.lead - A line below the heading.
 * @param props.actions - Buttons beside the heading.
 */
export function Panel({
  title,
  lead,
  actions,
  className = '',
  children,
}: {
  readonly title: string
  readonly lead?: ReactNode
  readonly actions?: ReactNode
  readonly className?: string | undefined
  readonly children: ReactNode
}): ReactNode {
  const id = useId()
  return (
    <section className={`${styles.panel} ${className}`} aria-labelledby={id}>
      <header className={styles.head}>
        <div className={styles.said}>
          <h2 id={id}>{title}</h2>
          {lead !== undefined && <p>{lead}</p>}
        </div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </section>
  )
}
