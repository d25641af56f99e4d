import type { ReactNode } from 'react'
import styles from './code-block.module.css'

/**
 * Code, or what a program printed.
 *
 * @param props.name - What it is; a file's path, for one.
 */
export function CodeBlock({ name, text }: { readonly name: string; readonly text: string }): ReactNode {
  return (
    <figure className={styles.block}>
      <figcaption>{name}</figcaption>
      {/* Long lines scroll, by keyboard too. */}
      <pre tabIndex={0} aria-label={name}>
        <code>{text}</code>
      </pre>
    </figure>
  )
}
