import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { layerViolation } from './layers.ts'

test.each([
  ['packages/core/src/a.ts', './b.ts'],
  ['packages/core/src/a/b.test.ts', '../../test/vectors/standard.json'],
  ['packages/core/src/a.test.ts', 'node:fs'],
  ['packages/core/src/a.test.ts', 'fast-check'],
  ['packages/client/src/a.ts', '@millrace/core'],
  ['packages/client/src/a.ts', '@millrace/core/protocol'],
  ['packages/server/src/node.ts', 'node:http'],
  ['packages/server/src/node/listener.ts', 'node:http'],
  ['packages/react/src/a.tsx', 'react'],
  ['packages/react/src/a.tsx', '@millrace/client'],
  ['packages/react/src/a.test.tsx', '@millrace/server'],
  ['packages/react/src/a.browser.test.tsx', '../../../scripts/testing/chromium.ts'],
  ['packages/next/src/a.ts', 'node:async_hooks'],
  ['packages/next/src/a.ts', 'next/server'],
  ['packages/next/src/a.test.ts', '@millrace/client'],
  ['packages/redis/src/a.ts', '@millrace/server'],
  ['packages/redis/src/a.test.ts', '@millrace/core'],
  ['apps/demo/app/page.tsx', '@millrace/react'],
  ['apps/demo/app/page.tsx', 'uplot'],
  ['apps/demo/e2e/demo.test.ts', '../../../scripts/testing/chromium.ts'],
  ['scripts/a.ts', '@millrace/core'],
  ['vitest.config.ts', './scripts/testing/chromium.ts'],
])('lets %s import %s', (file, specifier) => {
  expect(layerViolation(file, specifier)).toBeUndefined()
})

test.each([
  ['packages/core/src/a.ts', '@millrace/client', 'may import no Millrace package'],
  ['packages/core/src/a.ts', 'zod', 'from npm'],
  ['packages/core/src/a.ts', 'node:fs', 'web standard'],
  ['packages/core/src/a.ts', 'fs', 'web standard'],
  ['packages/core/src/a.ts', '@millrace/core', 'relative path'],
  ['packages/core/src/a.test.ts', '@millrace/client', 'may import no Millrace package'],
  ['packages/client/src/a.ts', '@millrace/server', 'may import @millrace/core,'],
  ['packages/client/src/a.ts', '../../core/src/index.ts', 'leaves packages/client'],
  ['packages/client/src/a.ts', '../../../scripts/testing/chromium.ts', 'leaves packages/client'],
  ['packages/client/src/a.test.ts', '@millrace/server', 'may import @millrace/core,'],
  ['packages/client/src/a.test.ts', '../../core/src/index.ts', 'leaves packages/client'],
  ['packages/client/src/a.ts', 'react', 'from npm'],
  ['packages/server/src/hub.ts', 'node:http', 'web standard'],
  ['packages/server/src/nodes.ts', 'node:http', 'web standard'],
  ['packages/server/src/hub.ts', '@millrace/client', 'may import @millrace/core,'],
  ['packages/react/src/a.tsx', '@millrace/server', 'may import @millrace/core and @millrace/client'],
  ['packages/react/src/a.test.tsx', '@millrace/server/src/hub.ts', 'not a public entry'],
  ['packages/next/src/a.ts', '@millrace/react', 'may import @millrace/core and @millrace/server'],
  ['packages/next/src/a.ts', 'node:fs', 'web standard'],
  ['packages/redis/src/a.ts', '@millrace/core', 'may import @millrace/server'],
  ['apps/demo/app/page.tsx', '@millrace/react/src/index.ts', 'not a public entry'],
  ['apps/demo/app/page.tsx', '../../../packages/react/src/index.ts', 'leaves apps/demo'],
  ['apps/bench/src/main.ts', '../../demo/lib/streams.ts', 'leaves apps/bench'],
  ['scripts/a.ts', '../packages/core/src/index.ts', 'leaves the root'],
])('keeps %s from importing %s', (file, specifier, reason) => {
  expect(layerViolation(file, specifier)).toContain(reason)
})

test('asks for a layer when a package has none', () => {
  expect(() => layerViolation('packages/vue/src/a.ts', '@millrace/core')).toThrow('packages/vue has no layer')
})

test('the linter reports every kind of import', async () => {
  const root = await mkdtemp(join(tmpdir(), 'layers-'))
  onTestFinished(() => rm(root, { recursive: true }))
  const file = join(root, 'packages/client/src/climbs.ts')
  await mkdir(dirname(file), { recursive: true })
  await writeFile(
    file,
    [
      `import '@millrace/core'`,
      `import { publish } from '@millrace/server'`,
      `import type { Hub } from '@millrace/server'`,
      `export { readFile } from 'node:fs'`,
      `export * from '../../core/src/index.ts'`,
      `export const later: Promise<unknown> = import('@millrace/react')`,
      `export type Schema = import('zod').ZodType`,
      `publish satisfies Hub`,
    ].join('\n'),
  )

  const { code, output } = await lint(root)

  expect(code).toBe(1)
  expect([...output.matchAll(/climbs\.ts:(\d):\d+: (?=.*layers)/g)].map((match) => match[1])).toEqual([
    '2',
    '3',
    '4',
    '5',
    '6',
    '7',
  ])
})

/** Runs the repository's own lint configuration over a folder that is laid out like the repository. */
function lint(cwd: string): Promise<{ code: number; output: string }> {
  const root = resolve(import.meta.dirname, '..')
  const oxlint = join(root, 'node_modules/oxlint/bin/oxlint')
  return new Promise((done) => {
    execFile(
      process.execPath,
      [oxlint, '--config', join(root, '.oxlintrc.json'), '--format', 'unix', '.'],
      { cwd },
      (error, stdout, stderr) => done({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    )
  })
}
