import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem, type } from 'node:os'

/** What figures are worth nothing without. */
export interface Environment {
  readonly machine: {
    readonly system: string
    readonly cpu: string
    readonly cores: number
    readonly memoryBytes: number
  }
  readonly versions: { readonly node: string; readonly v8: string }
  /** The commit that was measured; `-dirty` behind it when the tree had changes. */
  readonly commit: string
  /** When, in UTC. */
  readonly at: string
}

/** Describes what the figures of this run were measured on. */
export function readEnvironment(): Environment {
  const processors = cpus()
  return {
    machine: {
      system: `${type()} ${release()}`,
      cpu: processors[0]?.model.trim() ?? 'unknown',
      cores: processors.length,
      memoryBytes: totalmem(),
    },
    versions: { node: process.versions.node, v8: process.versions.v8 },
    commit: commit(),
    at: new Date().toISOString(),
  }
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
