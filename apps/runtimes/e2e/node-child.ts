import { connectEventStream } from '@millrace/client'
import { defineStream } from '@millrace/core'
import { runNamedCase } from './run-named-case.ts'

/** What this process is sent. */
export interface CaseRequest {
  /** The name of the case to run. */
  readonly name: string
}

/** What it answers. */
export interface CaseOutcome {
  /** What does not hold; left out where everything does. */
  readonly error?: string
}

// Bundled without the packages, and started by other versions of Node.js: `node cases.mjs <origin>`.
const origin = process.argv[2] ?? ''

process.on('message', ({ name }: CaseRequest) => {
  runNamedCase(name, origin, { connectEventStream, defineStream }).then(
    () => process.send?.({} satisfies CaseOutcome),
    (error: unknown) => process.send?.({ error: String(error) } satisfies CaseOutcome),
  )
})
process.send?.(process.version)
