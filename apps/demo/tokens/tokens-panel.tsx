'use client'

import { useEventStreamRequest } from '@millrace/react'
import { useState, type ReactNode } from 'react'
import { Button } from '../components/button.tsx'
import { Count, Counts } from '../components/counts.tsx'
import { Panel } from '../components/panel.tsx'
import { addPiece, emptyAnswer } from './answer.ts'
import { AskForm } from './ask-form.tsx'
import { createLosableNetwork } from './losable-network.ts'
import { authorWords, outcomeWords } from './outcome-words.ts'
import styles from './tokens-panel.module.css'

/** A question, its answer, and what became of it. */
export function TokensPanel(): ReactNode {
  const [question, setQuestion] = useState<string>()
  const [network] = useState(createLosableNetwork)
  const [requests, setRequests] = useState(0)
  const answer = useEventStreamRequest('/api/tokens', {
    initialValue: emptyAnswer,
    reducer: addPiece,
    fetch: (url, init) => {
      setRequests((sent) => sent + 1)
      return network.fetch(url, init)
    },
  })
  const { author, text, pieces } = answer.data
  return (
    <div className={styles.panels}>
      <AskForm
        isPending={answer.pending}
        onAsk={(prompt) => {
          setQuestion(prompt)
          setRequests(0)
          answer.start({ prompt })
        }}
      />
      {question !== undefined && (
        <Panel
          title="Answer"
          lead={authorWords(author)}
          actions={
            <>
              <Button onClick={answer.abort} disabled={!answer.pending}>
                Stop
              </Button>
              <Button onClick={network.lose} disabled={!answer.pending}>
                Lose the connection
              </Button>
            </>
          }
        >
          <blockquote className={styles.question}>{question}</blockquote>
          {/* Busy while it grows, so that a screen reader reads it once, and whole. */}
          <div className={styles.answer} role="log" aria-label="Answer" aria-busy={answer.pending}>
            {text}
          </div>
          <p role="status" className={styles.outcome} data-status={answer.status}>
            {outcomeWords(answer.status, answer.error)}
          </p>
          <Counts className={styles.counts}>
            <Count name="Pieces" value={pieces} />
            <Count name="Characters" value={text.length} />
            <Count name="Requests sent" value={requests} wanted={Math.min(requests, 1)} />
          </Counts>
        </Panel>
      )}
    </div>
  )
}
