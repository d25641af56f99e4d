import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundle } from './bundle.ts'
import { installPackages } from './install-packages.ts'
import type { CaseOutcome, CaseRequest } from './node-child.ts'
import type { Runtime } from './runtime.ts'

/**
 * Another Node.js, with the packages as they are built and published.
 *
 * The versions are optional dependencies of this folder's package. It has no scripts, which would run under one of them.
 */
export function nodeRuntime(major: number, version: string): Runtime {
  const path = join(
    import.meta.dirname,
    `../node_modules/node-${major}-${process.platform}-${process.arch}/bin/node`,
  )
  let folder = ''
  let child: ChildProcess | undefined
  return {
    name: `Node ${version}`,
    missing: existsSync(path)
      ? undefined
      : `the registry has no Node ${version} for ${process.platform} ${process.arch}`,
    async start(origin) {
      folder = await installPackages()
      const file = join(folder, 'cases.mjs')
      const external = ['@millrace/*']
      await writeFile(
        file,
        await bundle('node-child.ts', { format: 'esm', platform: 'node', target: 'node20', external }),
      )
      child = spawn(path, [file, origin], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
      const [running] = (await once(child, 'message')) as [string]
      if (running !== `v${version}`) throw new Error(`${path} is Node ${running}`)
    },
    async run(name) {
      if (!child?.connected) throw new Error(`Node ${version} does not run any more`)
      child.send({ name } satisfies CaseRequest)
      const [{ error }] = (await once(child, 'message')) as [CaseOutcome]
      if (error !== undefined) throw new Error(error)
    },
    async stop() {
      if (child?.exitCode === null) {
        const exited = once(child, 'exit')
        child.kill()
        await exited
      }
      if (folder) await rm(folder, { recursive: true })
    },
  }
}
