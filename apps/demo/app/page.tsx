import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { PageHeader } from '../components/page-header.tsx'
import { ShowTheCode } from '../components/show-the-code.tsx'
import { LivePanel } from '../live/live-panel.tsx'
import { WavePanel } from '../wave/wave-panel.tsx'
import styles from './page.module.css'

export const metadata: Metadata = {
  // The layout's template is for the pages below it, and this one is beside it.
  title: { absolute: 'Live · Millrace' },
  description:
    'The machine behind this page, measured four times a second, over one server-sent event stream that survives being cut.',
}

export default function LivePage(): ReactNode {
  return (
    <div className={styles.page}>
      <PageHeader title="The machine behind this page" className={styles.introduction}>
        <p>
          Four times a second the server measures itself, and every reading below came over one event stream.
          Cut it as often as you like: it comes back by itself and fetches what was measured meanwhile, shaded
          in the charts, so nothing is missed and nothing comes twice.
        </p>
        <noscript>
          <p>
            The charts are drawn by your browser as readings arrive, so this page needs JavaScript. The stream
            itself does not: <code>curl -N</code> on <code>/api/host</code> shows it as it is.
          </p>
        </noscript>
      </PageHeader>
      <div className={styles.live}>
        <LivePanel />
        <WavePanel />
      </div>
      <ShowTheCode
        files={[
          'lib/streams.ts',
          'app/api/host/route.ts',
          'live/live-panel.tsx',
          'lib/hub.ts',
          'wave/stream.ts',
          'app/api/wave/route.ts',
          'wave/generate-samples.ts',
          'wave/level-fold.ts',
          'wave/level-bar.tsx',
          'wave/wave-run.tsx',
        ]}
      />
    </div>
  )
}
