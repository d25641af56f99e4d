'use client'

import { useEffect, useReducer, useState, type ReactNode } from 'react'
import { Button as PushButton } from '../components/button.tsx'
import { Panel } from '../components/panel.tsx'
import { type Button, buttons } from './buttons.ts'
import styles from './lab-panel.module.css'
import { emptyLedger, enter } from './ledger.ts'
import { PressList } from './press-list.tsx'
import { StreamBook } from './stream-book.tsx'
import { useHookFeed } from './use-hook-feed.ts'
import { useLab } from './use-lab.ts'
import { useNativeFeed } from './use-native-feed.ts'

/** Longer than any button takes. */
const PRESS_WITHIN_MS = 10_000

/** The lab: a stream of numbers, read in two ways, and what may be done to it. */
export function LabPanel(): ReactNode {
  const [lab, openAnother] = useLab()
  if (lab.status === 'open') return <OpenLab key={lab.id} id={lab.id} onLeave={openAnother} />
  if (lab.status === 'opening') return <LabNotice title="Your lab" text="Opening" />
  return <LabNotice title="No lab for now" text={lab.why} button="Ask again" onPress={openAnother} />
}

/** A word on the lab itself, with what can be done about it. */
function LabNotice({
  title,
  text,
  button,
  onPress,
}: {
  readonly title: string
  readonly text: string
  readonly button?: string
  readonly onPress?: () => void
}): ReactNode {
  return (
    <Panel title={title} actions={button && <PushButton onClick={onPress}>{button}</PushButton>}>
      <p className={styles.text}>{text}</p>
    </Panel>
  )
}

function OpenLab({ id, onLeave }: { readonly id: string; readonly onLeave: () => void }): ReactNode {
  const url = `/api/lab/${id}`
  const [hookBook, enterHook] = useReducer(enter, emptyLedger)
  const [nativeBook, enterNative] = useReducer(enter, emptyLedger)
  const { reconnect, error } = useHookFeed(url, enterHook)
  const beginAnew = useNativeFeed(url, enterNative)
  const [notice, setNotice] = useState('')
  useEffect(
    () => () => {
      enterHook({ type: 'looked-away' })
      enterNative({ type: 'looked-away' })
    },
    [],
  )

  async function press(button: Button): Promise<void> {
    setNotice('')
    enterHook({ type: 'pressed', button })
    enterNative({ type: 'pressed', button })
    const signal = AbortSignal.timeout(PRESS_WITHIN_MS)
    const response = await fetch(`${url}/${button}`, { method: 'POST', signal }).catch(() => undefined)
    if (!response?.ok) return setNotice(`The server did not take “${buttons[button].label}”.`)
    if (button !== 'admit') return
    reconnect()
    beginAnew()
  }

  const books = { useEventStream: hookBook, EventSource: nativeBook }
  const areOpen = hookBook.isOpen && nativeBook.isOpen
  return (
    <div className={styles.lab}>
      <Panel
        title="Break it"
        lead="This lab is yours alone, and closes half an hour after it was opened."
        className={styles.presses}
      >
        <PressList
          books={books}
          isDisabled={(button) => button === 'admit' && areOpen}
          onPress={(button) => void press(button)}
        />
        <p role="status" className={styles.notice}>
          {notice}
        </p>
      </Panel>
      <div className={styles.books}>
        {error?.status === 404 && (
          <LabNotice
            title="This lab is closed"
            text="Its time was over, or the server was started anew."
            button="Open another"
            onPress={onLeave}
          />
        )}
        {Object.entries(books).map(([client, ledger]) => (
          <StreamBook key={client} client={client} ledger={ledger} />
        ))}
      </div>
    </div>
  )
}
