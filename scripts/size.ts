/**
 * Measures what an application pays for each part of Millrace, and fails when a part is over its budget.
 *
 *     node scripts/size.ts
 *
 * A size is the bytes (1 kB = 1000) of one bundle, minified by esbuild and compressed by gzip at level 9, without React.
 */
import type { Message } from 'esbuild'
import { minified } from './minified.ts'
import { root } from './public-packages.ts'
import { sizeReport, type Budget } from './size-report.ts'

const budgets: readonly Budget[] = [
  { name: 'parser', code: `export { createParser } from '@millrace/core'`, bytes: 2400 },
  { name: 'parseEventStream', code: `export { parseEventStream } from '@millrace/core'`, bytes: 2700 },
  { name: 'client', code: `export { connectEventStream } from '@millrace/client'`, bytes: 5000 },
  { name: 'EventSource', code: `export { EventSource } from '@millrace/client/eventsource'`, bytes: 4600 },
  { name: 'useEventStream', code: `export { useEventStream } from '@millrace/react'`, bytes: 7500 },
]

/** The parts that may be missing while they are being written; a missing part that is not listed here fails. */
const notBuiltYet: readonly string[] = []

const measured = await Promise.all(
  budgets.map(async (budget) => ({ ...budget, size: await measure(budget.code) })),
)
const { table, problems } = sizeReport(measured, { notBuiltYet })
console.log(table)
for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exitCode = 1

/** Bundles the code as an application would; `undefined` when its export does not exist. */
async function measure(code: string): Promise<number | undefined> {
  try {
    const { gzipBytes } = await minified(code, { folder: root, external: ['react'] })
    return gzipBytes
  } catch (error) {
    if (isMissingExport(error)) return undefined
    throw error
  }
}

function isMissingExport(error: unknown): boolean {
  if (!(error instanceof Error && 'errors' in error)) return false
  // esbuild documents `errors` on the error that `build` throws, and exports no class to test for.
  const errors = error.errors as readonly Message[]
  return errors.every(
    ({ text, location }) => location?.file === '<stdin>' && text.startsWith('No matching export'),
  )
}
