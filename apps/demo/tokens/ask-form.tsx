'use client'

import type { ReactNode } from 'react'
import { Button } from '../components/button.tsx'
import { Field } from '../components/field.tsx'
import { MAX_PROMPT_LENGTH } from './answer.ts'
import styles from './tokens-panel.module.css'

/**
 * Where a question is written. Enter asks; Shift and Enter begin a new line.
 *
 * @param props.isPending - Whether an answer is under way; asking again ends it.
 */
export function AskForm({
  isPending,
  onAsk,
}: {
  readonly isPending: boolean
  readonly onAsk: (prompt: string) => void
}): ReactNode {
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        const prompt = new FormData(event.currentTarget).get('prompt')
        if (typeof prompt === 'string' && prompt.trim() !== '') onAsk(prompt)
      }}
    >
      <Field label="Your question" hint="Enter asks. Shift and Enter begin a new line.">
        {(control) => (
          <textarea
            {...control}
            name="prompt"
            required
            maxLength={MAX_PROMPT_LENGTH}
            defaultValue="Where does a mill race lead?"
            onKeyDown={(event) => {
              // While an input method composes a word, Enter is its own.
              if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
              event.preventDefault()
              event.currentTarget.form?.requestSubmit()
            }}
          />
        )}
      </Field>
      <Button kind="main" type="submit">
        {isPending ? 'Ask anew' : 'Ask'}
      </Button>
    </form>
  )
}
