#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { createCluster } from '@redis/client'
import { setNewEpochs } from './set-new-epochs.ts'
import { within } from './timing.ts'

const CONNECT_WITHIN_MS = 10_000

const USAGE = `Usage: millrace-redis new-epochs --url redis://host:6379 [--prefix millrace] [--cluster]

Begins every channel anew, so that all clients are told of a gap. Run it after Redis was restored from a backup.
`

/** The command for operators. Prints what it did; a failure sets the exit code to 1, and wrong arguments to 2. */
async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { url: { type: 'string' }, prefix: { type: 'string' }, cluster: { type: 'boolean' } },
  })
  const { url, prefix = 'millrace', cluster = false } = values
  if (positionals.join() !== 'new-epochs' || !url) {
    process.stderr.write(USAGE)
    process.exitCode = 2
    return
  }
  const channels = await (cluster ? onCluster(url, prefix) : setNewEpochs({ url, prefix }))
  process.stdout.write(`${channels} channels began anew.\n`)
}

async function onCluster(url: string, prefix: string): Promise<number> {
  const client = createCluster({ rootNodes: [{ url }] })
  client.on('error', () => undefined)
  try {
    const isConnected = await within(
      client.connect().then(() => true),
      CONNECT_WITHIN_MS,
    )
    if (!isConnected) throw new Error(`no answer from the Cluster within ${CONNECT_WITHIN_MS} ms`)
    return await setNewEpochs({ client, prefix })
  } finally {
    client.destroy()
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
