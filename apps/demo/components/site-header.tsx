import Link from 'next/link'
import { Suspense, type ReactNode } from 'react'
import { PageLinks, PageLinksAt } from './page-links.tsx'
import styles from './site-header.module.css'
import { Wheel } from './wheel.tsx'

/** The name and the navigation above every page. */
export function SiteHeader(): ReactNode {
  return (
    <header className={styles.header}>
      <div className={styles.inner}>
        <Link href="/" className={styles.brand}>
          <Wheel className={styles.wheel} />
          Millrace
        </Link>
        <nav aria-label="Pages" className={styles.navigation}>
          {/* Where a page's address has a part that only the request tells, the page is prepared without a marked link. */}
          <Suspense fallback={<PageLinksAt />}>
            <PageLinks />
          </Suspense>
        </nav>
      </div>
    </header>
  )
}
