'use client'

import { useActionState, useState, useSyncExternalStore, type ReactNode } from 'react'
import { Button } from '../components/button.tsx'
import { Field } from '../components/field.tsx'
import { viewer } from '../lib/viewer.ts'
import { MAX_NAME, MAX_TEXT } from './message.ts'
import { type Said, say } from './say.ts'
import styles from './say-form.module.css'
import { useName } from './use-name.ts'

/**
 * Says something in a room.
 *
 * @param props.firstId - The id of the first message, made on the server. Until it was sent it stays, so that a form that is
 *   sent twice makes one message.
 */
export function SayForm({ room, firstId }: { readonly room: string; readonly firstId: string }): ReactNode {
  const isAwake = useSyncExternalStore(
    () => () => undefined,
    () => true,
    () => false,
  )
  const [name, setName] = useName()
  const [text, setText] = useState('')
  const [said, submit] = useActionState<Tried, FormData>(trySay, {
    outcome: 'nothing',
    words: '',
    nextId: firstId,
    text: null,
  })
  const [seen, setSeen] = useState(said)
  if (seen !== said) {
    setSeen(said)
    // What was typed since is the next message.
    if (said.outcome === 'sent' && text === said.text) setText('')
  }

  return (
    <form action={submit}>
      <input type="hidden" name="room" value={room} />
      <input type="hidden" name="id" value={said.nextId} />
      {/* What is typed before the page has woken up would be gone when it does. */}
      <fieldset className={styles.fields} disabled={!isAwake}>
        <Field label="Your name">
          {(control) => (
            <input
              {...control}
              name="name"
              autoComplete="nickname"
              maxLength={MAX_NAME}
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
          )}
        </Field>
        <Field
          label="Message"
          hint={said.outcome === 'sent' && said.words}
          error={said.outcome === 'refused' ? said.words : undefined}
        >
          {(control) => (
            <input
              {...control}
              name="text"
              autoComplete="off"
              maxLength={MAX_TEXT}
              value={text}
              onChange={({ target }) => setText(target.value)}
            />
          )}
        </Field>
        <Button kind="main" type="submit" className={styles.send}>
          Send
        </Button>
      </fieldset>
    </form>
  )
}

/** What became of a form, and the text that was in it. */
interface Tried extends Said {
  readonly text: FormDataEntryValue | null
}

/** An action whose request fails would take the page down with it. */
async function trySay(before: Tried, form: FormData): Promise<Tried> {
  form.set('viewer', viewer)
  const text = form.get('text')
  try {
    return { ...(await say(before, form)), text }
  } catch {
    const words = 'The server cannot be reached, and it may have been sent. Send it again: it counts once.'
    return { ...before, outcome: 'refused', words, text }
  }
}
