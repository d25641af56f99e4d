import { expect, test } from 'vitest'
import { importedPackages } from './imported-packages.ts'

test('finds every kind of import that the compiler writes', () => {
  const code = [
    `import { a } from "@millrace/core";`,
    `import "react";`,
    `export type { B } from '@millrace/client/eventsource';`,
    `export declare const later: Promise<typeof import("next/server")>;`,
    `const fs = await import('node:fs');`,
  ]
  expect(importedPackages(code.join('\n'))).toEqual([
    '@millrace/core',
    'react',
    '@millrace/client',
    'next',
    'node:fs',
  ])
})

test('leaves relative imports and examples in comments alone', () => {
  const code = [
    `import { b } from './b.js';`, //
    ` * import { publish } from '@millrace/next'`,
    `// from 'zod'`,
  ]
  expect(importedPackages(code.join('\n'))).toEqual([])
})
