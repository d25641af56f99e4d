import type { ReactNode } from 'react'
import { Button as PushButton } from '../components/button.tsx'
import { type Button, buttons } from './buttons.ts'
import type { Ledger } from './ledger.ts'
import { outcomeWords } from './outcome-words.ts'
import styles from './press-list.module.css'

/**
 * The buttons of the lab: what each does, and what came of it on each stream.
 *
 * @param props.books - The book of each stream, by the name of its client.
 * @param props.isDisabled - Whether a button has nothing to do just now.
 */
export function PressList({
  books,
  isDisabled,
  onPress,
}: {
  readonly books: Readonly<Record<string, Ledger>>
  readonly isDisabled: (button: Button) => boolean
  readonly onPress: (button: Button) => void
}): ReactNode {
  // The keys of a literal.
  const all = Object.keys(buttons) as Button[]
  return (
    <ul className={styles.presses}>
      {all.map((button) => (
        <li key={button} data-button={button}>
          <PushButton
            disabled={isDisabled(button)}
            aria-describedby={`does-${button}`}
            onClick={() => onPress(button)}
          >
            {buttons[button].label}
          </PushButton>
          <p id={`does-${button}`}>{buttons[button].does}</p>
          <dl aria-live="polite">
            {Object.entries(books).map(([client, ledger]) => {
              const words = outcomeWords(ledger.presses[button], ledger)
              return (
                words && (
                  <div key={client} data-client={client}>
                    <dt>{client}</dt>
                    <dd>{words}</dd>
                  </div>
                )
              )
            })}
          </dl>
        </li>
      ))}
    </ul>
  )
}
