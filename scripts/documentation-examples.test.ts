import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './public-packages.ts'

/** What the examples take for granted, as a reader would. An example's own declarations and imports come before these. */
const assumed: Readonly<Record<string, string>> = {
  prices: `declare const prices: import('@millrace/core').Channel<{ tick: { symbol: string; price: number } }>`,
  rooms: `declare const rooms: import('@millrace/core').ParameterizedStream<{ id: string }, { message: { text: string } }>`,
  url: `declare const url: string`,
  bytes: `declare const bytes: Uint8Array`,
  Tick: `type Tick = { n: number }`,
  prompt: `declare const prompt: string`,
  model: `declare function model(input: unknown, options: { signal: AbortSignal }): AsyncIterable<string>`,
  readPrices: `declare function readPrices(): Promise<Record<string, number>>`,
  userOf: `declare function userOf(request: Request): Promise<{ id: string; teams: string[]; mayRead(symbol: string): boolean } | undefined>`,
  show: `declare function show(symbol: string, price: number): void`,
  createYours: `declare function createYours(): Promise<import('@millrace/server/testing').BackplaneUnderTest>`,
  request: `declare const request: Request`,
  answer: `declare const answer: import('@millrace/server').StreamHandler`,
  client: `declare const client: import('@millrace/redis').RedisClient`,
  connectEventStream: `import { connectEventStream } from '@millrace/client'`,
  defineStream: `import { defineStream } from '@millrace/core'`,
  Hub: `import { Hub } from '@millrace/server'`,
  toResponse: `import { toResponse } from '@millrace/server'`,
  eventStream: `import { eventStream } from '@millrace/next'`,
  useEventStream: `import { useEventStream } from '@millrace/react'`,
  useEventStreamRequest: `import { useEventStreamRequest } from '@millrace/react'`,
  useEventStreamStatus: `import { useEventStreamStatus } from '@millrace/react'`,
  EventStreamProvider: `import { EventStreamProvider } from '@millrace/react'`,
  InitialSnapshot: `import type { InitialSnapshot } from '@millrace/react'`,
  defineFold: `import { defineFold } from '@millrace/react'`,
  book: `declare const book: import('@millrace/react').Fold<Record<string, number>, import('@millrace/react').ChannelEvent<{ tick: { symbol: string; price: number } }>>`,
}

test('every example of READMEs and guides compiles against the packages', { timeout: 60_000 }, () => {
  const folder = join(root, 'reports/readme-examples')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const pages = globSync(['packages/*/README.md', 'docs/guides/*.md'], { cwd: root })
  const files = pages.flatMap((page) =>
    blocksOf(page).map((code, index) => {
      const file = `${page.replace(/\.md$/, '').replaceAll('/', '-')}-${index + 1}.tsx`
      writeFileSync(join(folder, file), withAssumptions(code))
      return file
    }),
  )
  for (const kind of ['packages', 'docs']) {
    expect(files.filter((file) => file.startsWith(kind)).length).toBeGreaterThanOrEqual(10)
  }
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../tsconfig.base.json',
      compilerOptions: {
        noEmit: true,
        composite: false,
        declarationMap: false,
        isolatedDeclarations: false,
        rewriteRelativeImportExtensions: false,
        allowImportingTsExtensions: true,
        jsx: 'react-jsx',
        types: ['node'],
      },
      files,
    }),
  )
  expect(errorsOf(folder)).toBe('')
})

/** Blocks of TypeScript; where one declares a name twice (alternatives side by side), each of its statements stands alone. */
function blocksOf(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8')
  return [...text.matchAll(/```tsx?\n(.*?)```/gs)].flatMap(([, code = '']) => {
    const names = [...code.matchAll(/^const (\{.*?\b(?:data)\b(?!:).*?\})/gm)]
    return names.length > 1 ? code.split(/\n(?=const )/) : [code]
  })
}

function withAssumptions(code: string): string {
  const needed = Object.entries(assumed).filter(([name]) => {
    const isUsed = new RegExp(`\\b${name}\\b`).test(code)
    const isDeclared = new RegExp(`(const|import \\{[^}]*)\\s*\\b${name}\\b`).test(code)
    return isUsed && !isDeclared
  })
  return `${needed.map(([, declaration]) => declaration).join('\n')}\n${code}\nexport {}\n`
}

function errorsOf(folder: string): string {
  try {
    execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' })
    return ''
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}
