import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ReactNode } from 'react'
import { CodeBlock } from './code-block.tsx'
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

/** Synchronously, which is what lets the file be part of the page that is built, and not of each request. */
function readSource(path: string): string {
  // Next's tracing would take the whole folder for what the page needs at run time, which is nothing.
  return readFileSync(join(/* turbopackIgnore: true */ process.cwd(), path), 'utf8').trimEnd()
}
