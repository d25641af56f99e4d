import { snapshot } from '@millrace/next'
import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { connection } from 'next/server'
import { Suspense, type ReactNode } from 'react'
import { PageHeader } from '../../../components/page-header.tsx'
import { Panel } from '../../../components/panel.tsx'
import { ShowTheCode } from '../../../components/show-the-code.tsx'
import { rooms } from '../../../lib/streams.ts'
import { findRoom, type Room, roomList } from '../../../rooms/room-list.ts'
import { RoomView } from '../../../rooms/room-view.tsx'
import { readRoom } from '../../../rooms/server/read-room.ts'
import styles from './page.module.css'

interface RoomPageProps {
  readonly params: Promise<{ readonly id: string }>
}

export function generateStaticParams(): { id: string }[] {
  return roomList.map(({ id }) => ({ id }))
}

export async function generateMetadata({ params }: RoomPageProps): Promise<Metadata> {
  const room = await roomOf(params)
  return { title: room.name, description: room.about }
}

export default async function RoomPage({ params }: RoomPageProps): Promise<ReactNode> {
  const room = await roomOf(params)
  return (
    <div className={styles.page}>
      <PageHeader title={room.name}>
        <p>{room.about}</p>
      </PageHeader>
      <nav aria-label="Rooms">
        <ul className={styles.rooms}>
          {roomList.map(({ id, name }) => (
            <li key={id}>
              <Link href={`/rooms/${id}`} prefetch={false} aria-current={id === room.id ? 'page' : undefined}>
                {name}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <Suspense fallback={<Panel title="What was said">Reading what was said so far</Panel>}>
        <OpenRoom id={room.id} />
      </Suspense>
      <noscript>
        <p>Messages arrive, and are sent, by script. Without it this page shows what was said so far.</p>
      </noscript>
      <ShowTheCode
        files={[
          'lib/streams.ts',
          'app/rooms/[id]/page.tsx',
          'rooms/server/read-room.ts',
          'app/api/rooms/[id]/route.ts',
          'rooms/room-view.tsx',
          'rooms/say.ts',
          'rooms/say-form.tsx',
        ]}
      />
    </div>
  )
}

/** The room as it is now: what was said, and from where the stream goes on. */
async function OpenRoom({ id }: { readonly id: string }): Promise<ReactNode> {
  await connection()
  // Without a store the page is there all the same, and the stream brings the room when it is back.
  const initialSnapshot = await snapshot(rooms({ id }), () => readRoom(id)).catch(() => undefined)
  return <RoomView room={id} initialSnapshot={initialSnapshot} firstId={crypto.randomUUID()} />
}

async function roomOf(params: RoomPageProps['params']): Promise<Room> {
  return findRoom((await params).id) ?? notFound()
}
