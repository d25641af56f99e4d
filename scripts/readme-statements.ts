import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './public-packages.ts'

/** The statements of the README's TypeScript, as they stand there: each begins at the margin, and goes on with indented lines and closing brackets. */
export const readmeStatements: readonly string[] = [
  ...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/```tsx?\n(.*?)```/gs),
].flatMap(([, code = '']) =>
  code
    .replace(/^\/\/.*\n/gm, '')
    .split(/\n(?=[a-z])/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== ''),
)
