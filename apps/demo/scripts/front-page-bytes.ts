import { spawnSync } from 'node:child_process'
import { cp, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

const demo = dirname(import.meta.dirname)
const next = createRequire(import.meta.url).resolve('next/dist/bin/next')
const LEFT_OUT = new Set(['.next', '.turbo', 'node_modules', 'e2e', 'scripts'])

/** What the front page calls of Millrace, and nothing behind it: such a page would not work, and weighs what the rest of it weighs. */
const STUB = `
export const defineStream = () => ({})
export const defineFold = () => ({})
export const useEventStream = () => ({})
export const useEventStreamStatus = () => {}
export const useEventStreamRequest = () => ({})
`

/** Leaves Millrace out of what browsers are sent; servers have it. */
const CONFIG_WITHOUT = `
import config from './next.config.demo.ts'
const stub = { browser: './without-millrace.ts' }
const resolveAlias = { '@millrace/react': stub, '@millrace/next': stub, '@millrace/core': stub, '@millrace/client': stub }
export default { ...config, typescript: { ignoreBuildErrors: true }, turbopack: { resolveAlias } }
`

/** The JavaScript that a page loads, in bytes. */
interface Weight {
  readonly minified: number
  readonly gzipped: number
}

// Beside the demo, so that it finds the same packages; and apart from it, so that no build of it is touched.
const copy = await mkdtemp(join(dirname(demo), '.demo-bytes-'))
try {
  await cp(demo, copy, { recursive: true, filter: (path) => !LEFT_OUT.has(basename(path)) })
  await symlink(join(demo, 'node_modules'), join(copy, 'node_modules'))
  const withMillrace = await buildAndWeigh({ hasMillrace: true })
  await rename(join(copy, 'next.config.ts'), join(copy, 'next.config.demo.ts'))
  await writeFile(join(copy, 'next.config.ts'), CONFIG_WITHOUT)
  await writeFile(join(copy, 'without-millrace.ts'), STUB)
  const without = await buildAndWeigh({ hasMillrace: false })
  console.table({
    'front page': withMillrace,
    'without Millrace': without,
    'Millrace adds': {
      minified: withMillrace.minified - without.minified,
      gzipped: withMillrace.gzipped - without.gzipped,
    },
  })
} finally {
  await rm(copy, { recursive: true })
}

/**
 * Builds the copy for production, and weighs all scripts that the markup of its front page names.
 *
 * @throws {Error} If Millrace's client is in them and should not be, or the other way round.
 */
async function buildAndWeigh({ hasMillrace }: { readonly hasMillrace: boolean }): Promise<Weight> {
  await rm(join(copy, '.next'), { recursive: true, force: true })
  const built = spawnSync(process.execPath, [next, 'build'], { cwd: copy, encoding: 'utf8' })
  if (built.status !== 0) throw new Error(`next build failed:\n${built.stdout}${built.stderr}`)
  const markup = await readFile(join(copy, '.next/server/app/index.html'), 'utf8')
  const scripts = markup.match(/<script [^>]*src="[^"]+"[^>]*>/g) ?? []
  // Browsers of today leave out what is there for those without modules.
  const paths = scripts
    .filter((script) => !/nomodule/i.test(script))
    .map((script) => /src="\/_next\/([^"?]+)/.exec(script)?.[1] ?? '')
  const files = await Promise.all([...new Set(paths)].map((path) => readFile(join(copy, '.next', path))))
  if (files.some((file) => file.includes('millrace.snapshot')) !== hasMillrace)
    throw new Error(`the front page ${hasMillrace ? 'lacks' : 'has'} the client, and its weight says nothing`)
  return {
    minified: files.reduce((sum, file) => sum + file.length, 0),
    gzipped: files.reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0),
  }
}
