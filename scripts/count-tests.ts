/**
 * Counts the tests in vitest's JSON report, prints the counts as one line, and fails unless every test passed.
 *
 *     node scripts/count-tests.ts reports/vitest.json
 */
import { readFileSync } from 'node:fs'
import { countTests, type JsonReport } from './test-counts.ts'

const [path = 'reports/vitest.json'] = process.argv.slice(2)
try {
  // Written by vitest a moment ago; a report of another shape throws below, or counts as a failure.
  const { passed, failed, skipped } = countTests(JSON.parse(readFileSync(path, 'utf8')) as JsonReport)
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
  if (failed > 0 || passed === 0) process.exitCode = 1
} catch (error) {
  console.error(`${path} cannot be read, so the tests did not come to their end: ${String(error)}`)
  console.log('0 passed, 1 failed')
  process.exitCode = 1
}
