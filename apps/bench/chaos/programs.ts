import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'

/** The processes of a chaos run that are made of Millrace, by the paths of their programs. */
export interface Programs {
  readonly instance: string
  readonly publisher: string
  /** The operator's command. */
  readonly newEpochs: string
}

/** The path of one of our own programs. */
export function programPath(name: string): string {
  return join(import.meta.dirname, 'children', `${name}.ts`)
}

/** Our programs, and the command as it is published, or from its source. */
export function programsOf(packages: 'built' | 'source'): Programs {
  const manifestPath = findPackageJSON('@millrace/redis', import.meta.url)
  if (!manifestPath) throw new Error('@millrace/redis is not installed')
  interface Commands {
    readonly bin: Readonly<Record<string, string>>
  }
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8')) as Commands & { publishConfig: Commands }
  const { bin } = packages === 'built' ? manifest.publishConfig : manifest
  return {
    instance: programPath('instance'),
    publisher: programPath('publisher'),
    newEpochs: join(dirname(manifestPath), bin['millrace-redis'] ?? ''),
  }
}
