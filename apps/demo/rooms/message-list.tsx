import type { ReactNode } from 'react'
import type { Message } from './message.ts'
import styles from './message-list.module.css'

/** The messages of a room, oldest first; new ones are read out. */
export function MessageList({ messages }: { readonly messages: readonly Message[] }): ReactNode {
  return (
    <div className={styles.scroll} role="log" aria-label="Messages" tabIndex={0}>
      {messages.length === 0 ? (
        <p className={styles.empty}>Nothing was said yet.</p>
      ) : (
        <ol className={styles.messages}>
          {messages.map(({ id, name, text, atMs }) => (
            <li key={id} data-message={id}>
              <b>{name}</b> <time dateTime={new Date(atMs).toISOString()}>{clock(atMs)}</time>
              <p>{text}</p>
            </li>
          ))}
        </ol>
      )}
    </div>
  )
}

/** In UTC, since a server knows nothing of the reader's time zone, and both have to render the same. */
function clock(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(11, 16)} UTC`
}
