// @vitest-environment jsdom
import { join } from 'node:path'
import { describe } from 'vitest'
import { writeExamples } from './documentation.ts'
import { root } from './public-packages.ts'

const folder = join(root, 'reports/documentation-components')
writeExamples('docs/guides/testing.md', folder)

describe.each(['board', 'answer'])('the tests that the guide shows of components: %s', async (name) => {
  await import(join(folder, `${name}.test.tsx`))
})
