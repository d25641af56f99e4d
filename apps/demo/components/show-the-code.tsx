import type { ReactNode } from 'react'
import { CodeBlock } from './code-block.tsx'
import { readSource } from './read-source.ts'
import styles from './show-the-code.module.css'

/**
 * The files that a page is made of, as they are: read when the page is built. Server components only.
 *
 * @param props.files - Paths from the app's folder, such as `lib/streams.ts`, in the order in which to read them.
 */
export function ShowTheCode({ files }: { readonly files: readonly string[] }): ReactNode {
  const sources = files.map((path) => ({ path, text: readSource(path) }))
  const lines = sources.reduce((sum, { text }) => sum + text.split('\n').length, 0)
  return (
    <details className={styles.code}>
      <summary>
        Show the code <small>{`${files.length} files, ${lines} lines`}</small>
      </summary>
      <div className={styles.files}>
        {sources.map(({ path, text }) => (
          <CodeBlock key={path} name={`apps/demo/${path}`} text={text} />
        ))}
      </div>
    </details>
  )
}
