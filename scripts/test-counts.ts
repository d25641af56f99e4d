/** The part of vitest's JSON report that is counted. */
export interface JsonReport {
  readonly testResults: readonly {
    readonly status: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

export interface TestCounts {
  readonly passed: number
  readonly failed: number
  /** Skipped or still to be written. */
  readonly skipped: number
}

/**
 * Counts the tests of a report.
 *
 * A file that fails without a failed test, by an error at its top or in a hook, counts as one failure: none of it may be lost.
 */
export function countTests({ testResults }: JsonReport): TestCounts {
  let [passed, failed, skipped] = [0, 0, 0]
  for (const { status, assertionResults } of testResults) {
    const statuses = assertionResults.map((assertion) => assertion.status)
    const failures = statuses.filter((each) => each === 'failed').length
    passed += statuses.filter((each) => each === 'passed').length
    failed += status === 'failed' ? Math.max(failures, 1) : failures
    skipped += statuses.filter((each) => each !== 'passed' && each !== 'failed').length
  }
  return { passed, failed, skipped }
}
