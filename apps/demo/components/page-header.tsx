import type { ReactNode } from 'react'
import styles from './page-header.module.css'

/**
 * What a page is: its heading and, below it, a paragraph or two.
 *
 * @param props.children - Paragraphs. One in a `noscript` is shown as a warning.
 */
export function PageHeader({
  title,
  className = '',
  children,
}: {
  readonly title: string
  readonly className?: string | undefined
  readonly children: ReactNode
}): ReactNode {
  return (
    <header className={`${styles.header} ${className}`}>
      <h1>{title}</h1>
      {children}
    </header>
  )
}
