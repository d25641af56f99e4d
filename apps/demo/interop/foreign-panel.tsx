'use client'

import { useState, type ReactNode, type SubmitEvent } from 'react'
import { Button } from '../components/button.tsx'
import { Field } from '../components/field.tsx'
import { Panel } from '../components/panel.tsx'
import { ForeignReader } from './foreign-reader.tsx'
import styles from './interop.module.css'

/** Somebody else's stream, read by the hook: the clock of this demo, or an address that the visitor gives. */
export function ForeignPanel(): ReactNode {
  const [url, setUrl] = useState('/api/clock')
  const [draft, setDraft] = useState(url)
  const [error, setError] = useState<string>()
  const read = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const isUsable =
      URL.canParse(draft, location.href) && /^https?:$/.test(new URL(draft, location.href).protocol)
    setError(isUsable ? undefined : 'This is no http or https address.')
    if (isUsable) setUrl(draft)
  }
  return (
    <Panel
      title="Our hook, somebody else’s server"
      lead="A clock that writes server-sent events by hand and hangs up every three seconds. Or any stream of yours: the browser reads it, so its server has to let pages of other origins do so."
    >
      <form className={styles.form} onSubmit={read} noValidate>
        <Field label="Address of an event stream" error={error}>
          {(control) => (
            <input
              {...control}
              name="url"
              type="url"
              value={draft}
              onChange={({ target }) => setDraft(target.value)}
              autoComplete="off"
              spellCheck={false}
            />
          )}
        </Field>
        <Button type="submit">Read it</Button>
      </form>
      <ForeignReader key={url} url={url} />
    </Panel>
  )
}
