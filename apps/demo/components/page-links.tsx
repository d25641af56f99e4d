'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'
import type { ReactNode } from 'react'
import styles from './page-links.module.css'
import { pages } from './pages.ts'

/** The links to all pages, with the present one marked. */
export function PageLinks(): ReactNode {
  return <PageLinksAt pathname={usePathname()} />
}

/**
 * The links to all pages.
 *
 * @param props.pathname - Where the reader is; without it no link is marked, as while that is not known.
 */
export function PageLinksAt({ pathname }: { readonly pathname?: string | undefined }): ReactNode {
  return (
    <ul className={styles.pages}>
      {pages.map(({ href, name }) => (
        <li key={href}>
          <Link href={href} aria-current={currentMark(pathname, href)}>
            {name}
          </Link>
        </li>
      ))}
    </ul>
  )
}

/** `page` on the page itself, `true` on what lies below it. */
function currentMark(pathname: string | undefined, href: string): 'page' | 'true' | undefined {
  if (pathname === href) return 'page'
  return href !== '/' && pathname?.startsWith(`${href}/`) ? 'true' : undefined
}
