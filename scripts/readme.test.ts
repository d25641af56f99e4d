import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from './public-packages.ts'
import { readmeStatements } from './readme-statements.ts'

const sources = globSync('apps/fixture/{app,components,lib,e2e}/**/*.{ts,tsx}', { cwd: root })
  .map((file) => squeezed(readFileSync(join(root, file), 'utf8')))
  .join('\n')

describe('the README', () => {
  test('has the snippets of the first hour', () => {
    expect(readmeStatements.length).toBeGreaterThanOrEqual(12)
  })

  test.each(readmeStatements)('shows code that is compiled and run by the fixture: %s', (statement) => {
    expect(sources).toContain(squeezed(statement))
  })
})

/** Code without what a formatter decides: white space, and commas before a closing bracket. */
function squeezed(code: string): string {
  return code.replace(/\s+/g, '').replace(/,(?=[)}\]])/g, '')
}
