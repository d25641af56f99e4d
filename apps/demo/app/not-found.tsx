import type { Metadata } from 'next'
import Link from 'next/link'
import type { ReactNode } from 'react'

export const metadata: Metadata = { title: 'Not found' }

export default function NotFound(): ReactNode {
  return (
    <section className="notice">
      <h1>There is no such page</h1>
      <p>
        The address leads nowhere in this demo. The measurements are on <Link href="/">Live</Link>.
      </p>
    </section>
  )
}
