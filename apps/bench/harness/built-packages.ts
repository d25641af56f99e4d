/**
 * Has a process load Millrace as users do: by the exports that are published, from `dist`, and not from the source that
 * packages show one another inside this repository. Loaded with `--import`.
 */
import { existsSync, readFileSync } from 'node:fs'
import { findPackageJSON, registerHooks } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

interface Manifest {
  readonly publishConfig?: { readonly exports?: Readonly<Record<string, { readonly default?: string }>> }
}

registerHooks({
  resolve(specifier, context, nextResolve) {
    const [, name, path = ''] = /^(@millrace\/[^/]+)(\/.+)?$/.exec(specifier) ?? []
    if (!name) return nextResolve(specifier, context)
    return nextResolve(pathToFileURL(builtFile(name, `.${path}`, context.parentURL)).href, context)
  },
})

function builtFile(name: string, entry: string, parent: string | undefined): string {
  const manifestPath = findPackageJSON(name, parent)
  if (!manifestPath) throw new Error(`${name} is not installed`)
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8')) as Manifest
  const target = manifest.publishConfig?.exports?.[entry]?.default
  if (!target) throw new Error(`${name} does not publish the entry ${entry}`)
  const file = join(dirname(manifestPath), target)
  if (!existsSync(file)) throw new Error(`${file} is missing: build the packages, as \`pnpm bench\` does`)
  return file
}
