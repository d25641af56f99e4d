import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { cpus, release, totalmem, type } from 'node:os'

/** What figures are worth nothing without. */
export interface Environment {
  readonly machine: {
    readonly system: string
    readonly cpu: string
    readonly cores: number
    readonly memoryBytes: number
  }
  /** Of Node.js and its engine, and of the packages that Millrace is measured beside or with. */
  readonly versions: Readonly<Record<string, string>>
  /** The commit that was measured; `-dirty` behind it when the tree had changes. */
  readonly commit: string
  /** When, in UTC. */
  readonly at: string
}

const PACKAGES = ['better-sse', 'eventsource-encoder', 'eventsource-parser', 'next', 'react'] as const

/** Describes what the figures of this run were measured on. */
export function readEnvironment(): Environment {
  const processors = cpus()
  return {
    machine: {
      // Without what builders add behind the version.
      system: `${type()} ${release().split('-', 1)[0]}`,
      cpu: processors[0]?.model.trim() ?? 'unknown',
      cores: processors.length,
      memoryBytes: totalmem(),
    },
    versions: { node: process.versions.node, v8: process.versions.v8, ...versionsOf(PACKAGES) },
    commit: commit(),
    at: new Date().toISOString(),
  }
}

function versionsOf(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => {
      const path = findPackageJSON(name, import.meta.url)
      if (!path) throw new Error(`${name} is not installed`)
      return [name, (JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string }).version]
    }),
  )
}

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--abbrev=12', '--dirty', '--exclude=*'], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    // An archive of the source has no history.
    return 'unknown'
  }
}
