import type { Metadata } from 'next'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { PageHeader } from '../../components/page-header.tsx'
import { ShowTheCode } from '../../components/show-the-code.tsx'
import { ReaderCount } from '../../rooms/reader-count.tsx'
import { roomList } from '../../rooms/room-list.ts'
import styles from './page.module.css'

export const metadata: Metadata = {
  title: 'Rooms',
  description: 'Chat rooms, a channel for each, that lose and repeat nothing on the way from server to page.',
}

export default function RoomsPage(): ReactNode {
  return (
    <div className={styles.page}>
      <PageHeader title="Rooms to talk in">
        <p>
          Each room is a channel of its own. A page begins with what was said before, as the server rendered
          it, and goes on from that very message: open one in two tabs, reload, wander about, go offline and
          return.
        </p>
      </PageHeader>
      <ul className={styles.rooms}>
        {roomList.map(({ id, name, about }) => (
          <li key={id}>
            <Link href={`/rooms/${id}`} prefetch={false}>
              {name}
            </Link>
            <p>{about}</p>
            <p className={styles.readers}>
              <ReaderCount room={id} />
            </p>
          </li>
        ))}
      </ul>
      <ShowTheCode
        files={[
          'lib/streams.ts',
          'app/api/rooms/route.ts',
          'rooms/server/tell-presence.ts',
          'rooms/readers.ts',
          'rooms/presence-fold.ts',
          'rooms/reader-count.tsx',
        ]}
      />
    </div>
  )
}
