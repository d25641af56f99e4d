import type { Reporter, TestModule } from 'vitest/node'

/**
 * Ends every run by saying what was skipped and why, so that a green run without Redis is not taken for a run with it.
 *
 * The reason is the note of `context.skip(condition, note)`.
 */
export class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    console.log(skippedLines(modules).join('\n'))
  }
}

function skippedLines(modules: readonly TestModule[]): string[] {
  const lines: string[] = []
  for (const file of modules) {
    for (const test of file.children.allTests('skipped')) {
      const result = test.result()
      const note = result.state === 'skipped' ? result.note : undefined
      lines.push(`skipped: ${test.fullName} — ${note ?? `no reason given in ${file.relativeModuleId}`}`)
    }
  }
  return lines.length > 0 ? lines : ['nothing was skipped']
}
