import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createParser, defineStream, type EventStreamEvent } from '@millrace/core'
import { END, parseCursor } from '@millrace/core/protocol'
import { Hub, toResponse } from '@millrace/server'
import { describe, expect, test } from 'vitest'
import { type CodeBlock, codeBlocksOf, documentation, readPage, writeExamples } from './documentation.ts'
import { root } from './public-packages.ts'

const blocks = documentation.flatMap(codeBlocksOf)
const blocksIn = (language: string): CodeBlock[] => blocks.filter((block) => block.language === language)

/** Plain text, settings of programs that are not installed where tests run, and the grammar of cursors. */
const unchecked = ['', 'text', 'nginx', 'caddyfile', 'haproxy', 'yaml', 'abnf']

test('every block of code is in a language that a test checks', () => {
  const checked = ['ts', 'tsx', 'sh', 'json', 'sse', 'http', ...unchecked]
  expect(blocks.filter(({ language }) => !checked.includes(language)).map(({ place }) => place)).toEqual([])
})

test('every guide begins with an example', () => {
  const guides = documentation.filter((page) => page.startsWith('docs/guides/'))
  expect(guides.length).toBeGreaterThanOrEqual(11)
  expect(guides.filter((page) => !readPage(page).split('\n## ')[0]?.includes('```'))).toEqual([])
})

test('every example in TypeScript compiles against the packages', { timeout: 60_000 }, () => {
  const folder = join(root, 'reports/documentation')
  rmSync(folder, { recursive: true, force: true })
  // The statements of the README are files of an app, which readme.test.ts compares.
  const files = documentation
    .filter((page) => page !== 'README.md')
    .flatMap((page) => {
      const pageFolder = page.replace(/\.md$/, '')
      return writeExamples(page, join(folder, pageFolder)).map((file) => join(pageFolder, file))
    })
  for (const kind of ['packages', 'docs']) {
    expect(files.filter((file) => file.startsWith(kind)).length).toBeGreaterThanOrEqual(10)
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig(files)))
  expect(errorsOf(folder)).toBe('')
})

/** As in an app that is bundled, so that `lib/streams` need not be `lib/streams.ts`. */
function tsconfig(files: readonly string[]): object {
  return {
    extends: '../../tsconfig.base.json',
    compilerOptions: {
      module: 'esnext',
      moduleResolution: 'bundler',
      noEmit: true,
      composite: false,
      declarationMap: false,
      isolatedDeclarations: false,
      rewriteRelativeImportExtensions: false,
      allowImportingTsExtensions: true,
      jsx: 'react-jsx',
      types: ['node'],
      // Next.js is a dependency of its package, and of no other.
      paths: { 'next/*': ['../../packages/next/node_modules/next/*'] },
    },
    files,
  }
}

function errorsOf(folder: string): string {
  try {
    execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' })
    return ''
  } catch (error) {
    // What is wrong in the packages themselves is said elsewhere.
    const lines = (error as { stdout: string }).stdout.split('\n')
    return lines.filter((line) => !line.startsWith('packages/')).join('\n')
  }
}

test.each(blocksIn('json'))('$place is JSON', ({ code }) => {
  expect(() => JSON.parse(code)).not.toThrow()
})

describe('a stream', () => {
  test.each(blocksIn('sse'))('of $place reads as it says', ({ code }) => {
    const events: EventStreamEvent[] = []
    let comments = 0
    const parser = createParser({ onEvent: (event) => events.push(event), onComment: () => comments++ })
    parser.feed(`${code}\n`)
    expect(events.length + comments).toBeGreaterThan(0)
    const blocks = events.filter(({ type }) => type.startsWith('millrace.'))
    expect(blocks.filter(({ data }) => typeof JSON.parse(data) !== 'object')).toEqual([])
    expect(blocks.filter(({ lastEventId: id }) => id && id !== END && !parseCursor(id))).toEqual([])
  })

  test.each(blocksIn('http'))('has the headers of $place', async ({ code }) => {
    const hub = new Hub()
    const { headers, body } = await toResponse(new Request('http://localhost/'), defineStream('a'), { hub })
    const said = code
      .trim()
      .split('\n')
      .map((line) => line.split(': '))
    expect(said.map(([name = '']) => [name, headers.get(name)])).toEqual(said)
    await body?.cancel()
    await hub.close()
  })
})
