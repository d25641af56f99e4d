'use server'

import { publish } from '@millrace/next'
import { EventStreamError } from '@millrace/core'
import { rooms } from '../lib/streams.ts'
import { isViewer } from '../lib/viewer.ts'
import { createRate } from './rate.ts'
import { readForm } from './read-form.ts'

/** What became of a form. */
export interface Said {
  readonly outcome: 'nothing' | 'sent' | 'refused'
  /** What to tell the visitor. */
  readonly words: string
  /** The id for the form's next message: another one only when this one was sent. */
  readonly nextId: string
}

// Of one process. What a visitor calls itself can be made up, so all of a room have a rate together, too.
const visitorRate = createRate({ burst: 10, perSecond: 1, maxNames: 10_000 })
const roomRate = createRate({ burst: 60, perSecond: 5, maxNames: 100 })

/** Says something in a room. Next.js takes actions from pages of this site only. */
export async function say({ nextId }: Said, form: FormData): Promise<Said> {
  const draft = readForm(form)
  if (typeof draft === 'string') return { outcome: 'refused', words: draft, nextId }
  const { room, id, name, text } = draft
  const viewer = form.get('viewer')
  const mayPass = visitorRate.take(isViewer(viewer) ? viewer : name) && roomRate.take(room)
  if (!mayPass)
    return { outcome: 'refused', words: 'That was a lot at once. Wait a moment and send it again.', nextId }
  try {
    const data = { id, name, text, atMs: Date.now() }
    const { repeated } = await publish(rooms({ id: room }), { type: 'message', id, data })
    const words = repeated ? 'It had been sent before, and counts once.' : ''
    return { outcome: 'sent', words, nextId: crypto.randomUUID() }
  } catch (error) {
    return { outcome: 'refused', words: refusalWords(error), nextId }
  }
}

function refusalWords(error: unknown): string {
  const code = EventStreamError.is(error) ? error.code : undefined
  if (code === 'outcome-unknown')
    return 'The connection to the store broke off, and it may have been sent. Send it again: it counts once.'
  console.error('A message was not published:', error)
  return 'It was not sent: the store of this site cannot be reached. Send it again in a moment.'
}
