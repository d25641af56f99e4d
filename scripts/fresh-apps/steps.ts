import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { root } from '../public-packages.ts'
import type { Tarball } from '../packed.ts'

const STEP_WITHIN_MS = 300_000

/** Runs a command in the app's folder as a user would, and prints how long it took. @throws {Error} With its output, if it fails. */
export async function step(
  name: string,
  folder: string,
  command: string,
  args: readonly string[],
): Promise<void> {
  const sinceMs = performance.now()
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, PATH: pathOfUsers(), NEXT_TELEMETRY_DISABLED: '1', CI: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: STEP_WITHIN_MS,
  })
  let printed = ''
  const read = (chunk: Buffer): void => void (printed += chunk.toString())
  child.stdout.on('data', read)
  child.stderr.on('data', read)
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${name} failed (${code}):\n${printed}`)
  console.log(`  ${name}: ${((performance.now() - sinceMs) / 1000).toFixed(1)} s`)
}

/** Installs packages from their tarballs, and others from the registry. */
export function install(
  folder: string,
  tarballs: readonly Tarball[],
  others: readonly string[] = [],
): Promise<void> {
  return step('npm install', folder, 'npm', [
    'install',
    '--no-audit',
    '--no-fund',
    ...tarballs.map(({ filename }) => filename),
    ...others,
  ])
}

/** Writes files below a folder. */
export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}

/** The search path without this repository's own tools, which a user has none of. */
function pathOfUsers(): string {
  const path = process.env['PATH'] ?? ''
  // But for Node.js itself, which is there by its own folder.
  return [dirname(process.execPath), ...path.split(delimiter).filter((each) => !each.startsWith(root))].join(
    delimiter,
  )
}
