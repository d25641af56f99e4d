'use client'

import { type InitialSnapshot, useEventStream } from '@millrace/react'
import type { ReactNode } from 'react'
import { Panel } from '../components/panel.tsx'
import { rooms } from '../lib/streams.ts'
import { viewer } from '../lib/viewer.ts'
import { addMessage, type Message } from './message.ts'
import { MessageList } from './message-list.tsx'
import { ReaderCount } from './reader-count.tsx'
import { SayForm } from './say-form.tsx'

const silence: readonly Message[] = []

/**
 * A room: what was said, and a form to say more.
 *
 * @param props.initialSnapshot - The messages as the server found them; `undefined` when it could not read them.
 */
export function RoomView({
  room,
  initialSnapshot,
  firstId,
}: {
  readonly room: string
  readonly initialSnapshot: InitialSnapshot<readonly Message[]> | undefined
  readonly firstId: string
}): ReactNode {
  const { data: messages, status } = useEventStream(rooms({ id: room }), {
    url: `/api/rooms/${room}?viewer=${viewer}`,
    initialSnapshot,
    initialValue: silence,
    reducer: addMessage,
  })
  return (
    <Panel
      title="What was said"
      lead={
        <>
          {status === 'open' ? 'Connected' : 'Connecting'} · <ReaderCount room={room} />
        </>
      }
    >
      <MessageList messages={messages} />
      <SayForm room={room} firstId={firstId} />
    </Panel>
  )
}
