import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Plugin, build } from 'esbuild'
import type { Programs } from '../programs.ts'
import { BROKEN_BUILDS, type Patch } from './builds.ts'

const ROOT = resolve(import.meta.dirname, '../../../..')

/** Bundles the programs that are made of Millrace with the patches of a broken build, into a folder that the caller removes. */
export async function breakPrograms(
  name: string,
  own: Programs,
): Promise<{ readonly programs: Programs; readonly folder: string }> {
  const patches = BROKEN_BUILDS[name]
  if (!patches) throw new RangeError(`no broken build is called ${name}`)
  const folder = await mkdtemp(join(tmpdir(), 'millrace-broken-'))
  const applied = new Set<Patch>()
  await build({
    entryPoints: [own.instance, own.publisher],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    // What is CommonJS among the dependencies asks for Node's modules by `require`.
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)`,
    },
    logLevel: 'error',
    plugins: [patching(patches, applied)],
  })
  for (const patch of patches) {
    if (!applied.has(patch))
      throw new Error(`${patch.module} is not part of the programs: the patch is out of date`)
  }
  const programs = {
    ...own,
    instance: join(folder, 'instance.mjs'),
    publisher: join(folder, 'publisher.mjs'),
  }
  return { programs, folder }
}

function patching(patches: readonly Patch[], applied: Set<Patch>): Plugin {
  return {
    name: 'patch',
    setup: (bundle) => {
      bundle.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const own = patches.filter(({ module }) => join(ROOT, module) === path)
        if (own.length === 0) return undefined
        let contents = await readFile(path, 'utf8')
        for (const patch of own) {
          contents = patched(contents, patch)
          applied.add(patch)
        }
        return { contents, loader: 'ts' }
      })
    },
  }
}

/** Puts one text in the place of another. @throws {Error} If the text is not there, or more than once: the patch would not break what it says. */
export function patched(contents: string, { module, text, instead }: Patch): string {
  const parts = contents.split(text)
  if (parts.length === 2) return parts.join(instead)
  throw new Error(
    `${module} has ${parts.length - 1} times what is to be replaced, once is needed: ${JSON.stringify(text)}`,
  )
}
