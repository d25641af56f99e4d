'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'
import type { ReactNode } from 'react'
import { pages } from './pages.ts'
import styles from './site-header.module.css'
import { Wheel } from './wheel.tsx'

/** The name and the navigation above every page. */
export function SiteHeader(): ReactNode {
  const pathname = usePathname()
  return (
    <header className={styles.header}>
      <div className={styles.inner}>
        <Link href="/" className={styles.brand}>
          <Wheel className={styles.wheel} />
          Millrace
        </Link>
        <nav aria-label="Pages">
          <ul className={styles.pages}>
            {pages.map(({ href, name }) => (
              <li key={href}>
                <Link href={href} aria-current={pathname === href ? 'page' : undefined}>
                  {name}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
      </div>
    </header>
  )
}
