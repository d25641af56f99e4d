'use client'

import { useEffect, useState, useSyncExternalStore, type ReactNode } from 'react'
import { CodeBlock } from '../components/code-block.tsx'
import { Panel } from '../components/panel.tsx'
import { firstBlocks } from './first-blocks.ts'
import styles from './interop.module.css'

const PATH = '/api/readings'
/** The padding, the opening, three readings, and that these were all there is. */
const BLOCKS = 6

/** The stream on a command line, and what comes out of it. */
export function CurlPanel(): ReactNode {
  const origin = useSyncExternalStore(
    never,
    () => location.origin,
    () => 'http://127.0.0.1:4200',
  )
  const [output, setOutput] = useState('')
  useEffect(() => {
    const leave = new AbortController()
    void firstBlocks(PATH, { blocks: BLOCKS, signal: leave.signal }).then(setOutput, () => undefined)
    return () => leave.abort()
  }, [])
  return (
    <Panel
      className={styles.output}
      title="curl, our server"
      lead="On the wire it is text. To go on behind an event, send its id back: add -H 'Last-Event-ID: …'."
    >
      <CodeBlock name="On a command line" text={`curl -N ${origin}${PATH}`} />
      <CodeBlock name="What comes first, read just now" text={output} />
    </Panel>
  )
}

function never(): () => void {
  return () => undefined
}
