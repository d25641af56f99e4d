import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { PageHeader } from '../../components/page-header.tsx'
import { ShowTheCode } from '../../components/show-the-code.tsx'
import { LabPanel } from '../../lab/lab-panel.tsx'
import styles from './page.module.css'

export const metadata: Metadata = {
  title: 'Chaos lab',
  description:
    'Cut, drain, clog, trim, restart and revoke a stream of numbered events, and count what it loses and repeats.',
}

export default function LabPage(): ReactNode {
  return (
    <div className={styles.page}>
      <PageHeader title="Try to break it">
        <p>
          A server of your own counts aloud, twenty numbers a second, and two clients take them down:{' '}
          <code>useEventStream</code>, and the browser’s own <code>EventSource</code>. The books go by the
          numbers alone. A number that is skipped is missing, whatever a client says of it; what counts is
          whether somebody told.
        </p>
        <noscript>
          <p>The books are kept by your browser, so this page needs JavaScript.</p>
        </noscript>
      </PageHeader>
      <LabPanel />
      <ShowTheCode
        files={[
          'lib/streams.ts',
          'lab/server/lab.ts',
          'lab/server/line.ts',
          'app/api/lab/[id]/route.ts',
          'lab/use-hook-feed.ts',
          'lab/use-native-feed.ts',
          'lab/ledger.ts',
        ]}
      />
    </div>
  )
}
