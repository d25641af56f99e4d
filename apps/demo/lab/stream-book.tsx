import type { ReactNode } from 'react'
import { countOf } from '../components/count-of.ts'
import { Count, Counts } from '../components/counts.tsx'
import { LogList } from '../components/log-list.tsx'
import { Panel } from '../components/panel.tsx'
import type { Ledger } from './ledger.ts'
import styles from './stream-book.module.css'

/** The book on one stream: what was counted, the sum, and the newest lines. */
export function StreamBook({
  client,
  ledger: { counts, first, last, lines },
}: {
  readonly client: string
  readonly ledger: Ledger
}): ReactNode {
  return (
    <Panel title={client} lead={sumWords(first, last)}>
      <Counts className={styles.counts}>
        <Count name="Received" value={counts.received} />
        <Count name="Missing" value={counts.missing} />
        <Count name="Missing, untold" value={counts.missing - counts.told} wanted={0} />
        <Count name="Repeated" value={counts.repeated} wanted={0} />
        <Count name="Gaps told" value={counts.gaps} />
        <Count name="Came back" value={Math.max(0, counts.openings - 1)} />
      </Counts>
      <LogList name={`Log of ${client}`} lines={lines} empty="Waiting for the first event" />
    </Panel>
  )
}

function sumWords(first: number | undefined, last: number | undefined): string {
  if (first === undefined || last === undefined) return 'No number yet'
  return `${countOf(first)} to ${countOf(last)} are ${countOf(last - first + 1)} numbers`
}
