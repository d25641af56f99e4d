'use client'

import { useEventStream } from '@millrace/react'
import type { ReactNode } from 'react'
import { presence } from '../lib/streams.ts'
import { PRESENCE_URL, presenceFold } from './presence-fold.ts'
import { presenceWords } from './readers.ts'

/** How many read a room just now. Renders when that changes. */
export function ReaderCount({ room }: { readonly room: string }): ReactNode {
  const { data: words } = useEventStream(presence, {
    url: PRESENCE_URL,
    fold: presenceFold,
    select: (known) => presenceWords(known, room),
  })
  return <span data-readers={room}>{words}</span>
}
