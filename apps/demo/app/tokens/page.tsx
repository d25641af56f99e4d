import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { PageHeader } from '../../components/page-header.tsx'
import { ShowTheCode } from '../../components/show-the-code.tsx'
import { TokensPanel } from '../../tokens/tokens-panel.tsx'
import styles from './page.module.css'

export const metadata: Metadata = {
  title: 'Tokens',
  description: 'A question goes out as one POST, and its answer comes back piece by piece, as it is made.',
}

export default function TokensPage(): ReactNode {
  return (
    <div className={styles.page}>
      <PageHeader title="An answer, piece by piece">
        <p>
          A question goes out as one POST, and each piece of the answer is an event of its own. Stop it, or
          lose the connection on purpose: an answer that broke off is told from one that is done, and a
          question is never sent twice.
        </p>
        <noscript>
          <p>Asking needs JavaScript.</p>
        </noscript>
      </PageHeader>
      <TokensPanel />
      <ShowTheCode
        files={[
          'app/api/tokens/route.ts',
          'tokens/tokens-panel.tsx',
          'tokens/answer.ts',
          'tokens/server/openai-model.ts',
          'tokens/server/embedded-model.ts',
          'tokens/losable-network.ts',
        ]}
      />
    </div>
  )
}
