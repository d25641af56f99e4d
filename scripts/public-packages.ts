/** The packages that are published, read from their `package.json` files: the one list that every check walks. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

export const root: string = resolve(import.meta.dirname, '..')

/** One way into a package: a key of its `exports`. */
export interface Entry {
  /** The key itself, such as `./protocol`. */
  readonly key: string
  /** What is imported, such as `@millrace/core/protocol`. */
  readonly specifier: string
  /** The key without its dot, as a file name: `index` for the package itself. */
  readonly name: string
  /** The full path of the built declarations. */
  readonly types: string
}

export interface PublicPackage {
  readonly name: string
  readonly folder: string
  /** The keys of `exports`, as the repository itself sees them. */
  readonly exportsInRepository: readonly string[]
  readonly entries: readonly Entry[]
}

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly exports?: Readonly<Record<string, string>>
  readonly publishConfig?: {
    readonly exports?: Readonly<Record<string, string | { types: string }>>
  }
}

/**
 * Lists the packages that are published, with their entries as published.
 *
 * @throws {Error} If an entry is not built.
 */
export function publicPackages(): PublicPackage[] {
  return globSync('packages/*/package.json', { cwd: root })
    .sort()
    .map((path) => readPackage(join(root, path)))
    .filter((each) => each !== undefined)
}

function readPackage(path: string): PublicPackage | undefined {
  // The manifest's shape is checked by publint, on what is packed.
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest
  if (manifest.private) return undefined
  const folder = dirname(path)
  const entries: Entry[] = []
  for (const [key, target] of Object.entries(manifest.publishConfig?.exports ?? {})) {
    // `./package.json` and its like are files, and no code.
    if (typeof target === 'string') continue
    const entry = {
      key,
      specifier: manifest.name + key.slice(1),
      name: key === '.' ? 'index' : key.slice(2).replaceAll('/', '-'),
      types: join(folder, target.types),
    }
    if (!existsSync(entry.types))
      throw new Error(`${entry.specifier} is not built: run \`pnpm build\` first.`)
    entries.push(entry)
  }
  const exportsInRepository = Object.keys(manifest.exports ?? {}).filter((key) => key !== './package.json')
  return { name: manifest.name, folder, exportsInRepository, entries }
}
