import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from './public-packages.ts'

const readme = readFileSync(join(root, 'README.md'), 'utf8')
const sources = globSync('apps/fixture/{app,components,lib,e2e}/**/*.{ts,tsx}', { cwd: root })
  .map((file) => squeezed(readFileSync(join(root, file), 'utf8')))
  .join('\n')

describe('the README', () => {
  const statements = [...readme.matchAll(/```tsx?\n(.*?)```/gs)].flatMap(([, code = '']) =>
    statementsOf(code),
  )

  test('has the snippets of the first hour', () => {
    expect(statements.length).toBeGreaterThanOrEqual(12)
  })

  test.each(statements)('shows code that is compiled and run by the fixture: %s', (statement) => {
    expect(sources).toContain(squeezed(statement))
  })
})

/** The statements of a block: each begins at the margin, and goes on with indented lines and closing brackets. */
function statementsOf(code: string): string[] {
  return code
    .replace(/^\/\/.*\n/gm, '')
    .split(/\n(?=[a-z])/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
}

/** Code without what a formatter decides: white space, and commas before a closing bracket. */
function squeezed(code: string): string {
  return code.replace(/\s+/g, '').replace(/,(?=[)}\]])/g, '')
}
