import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { CodeBlock } from '../../components/code-block.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Panel } from '../../components/panel.tsx'
import { readSource } from '../../components/read-source.ts'
import { ShowTheCode } from '../../components/show-the-code.tsx'
import { CurlPanel } from '../../interop/curl-panel.tsx'
import { ForeignPanel } from '../../interop/foreign-panel.tsx'
import styles from '../../interop/interop.module.css'
import { NativePanel } from '../../interop/native-panel.tsx'

const PYTHON_PROGRAM = 'interop/read_stream.py'

export const metadata: Metadata = {
  title: 'Interop',
  description:
    'The hook on any event stream, and any client on a Millrace server: it is plain server-sent events.',
}

export default function InteropPage(): ReactNode {
  return (
    <div className={styles.page}>
      <PageHeader title="Plain server-sent events, in both directions">
        <p>
          The hook reads the event stream of any server, and any client reads a Millrace server. What the two
          ends promise each other beyond that rides along as ids and named events, which nobody else has to
          know.
        </p>
        <noscript>
          <p>The first three panels run in your browser, so they need JavaScript.</p>
        </noscript>
      </PageHeader>
      <div className={styles.live}>
        <ForeignPanel />
        <NativePanel />
        <CurlPanel />
      </div>
      <Panel
        title="Python, our server"
        lead="Sixty lines and the standard library resume as well: no event is missed, none comes twice."
      >
        <CodeBlock name={`apps/demo/${PYTHON_PROGRAM}`} text={readSource(PYTHON_PROGRAM)} />
      </Panel>
      <ShowTheCode
        files={[
          'app/api/clock/route.ts',
          'interop/foreign-reader.tsx',
          'app/api/readings/route.ts',
          'interop/native-panel.tsx',
        ]}
      />
    </div>
  )
}
