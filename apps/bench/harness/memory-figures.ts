import type { ServerCommands } from '../children/channel-server.ts'
import type { Child } from './children.ts'
import { readKernelSocketBytes } from './kernel-memory.ts'

/** Memory of a server that was just told to collect its garbage, in bytes. */
export interface MemoryFigures {
  readonly rss: number
  readonly heapUsed: number
  readonly external: number
  /** Bytes that wait for clients in our queues. */
  readonly queuedBytes: number
  /** Of all TCP sockets of the machine, apart from the process; absent where the kernel does not say. */
  readonly kernelSocketBytes?: number
}

/** Has a server collect its garbage, and reads what is left. */
export async function readMemory(server: Child<ServerCommands>): Promise<MemoryFigures> {
  await server.ask('collectGarbage')
  const { rss, heapUsed, external, queuedBytes } = await server.ask('figures')
  const kernelSocketBytes = readKernelSocketBytes()
  return {
    rss,
    heapUsed,
    external,
    queuedBytes,
    ...(kernelSocketBytes !== undefined && { kernelSocketBytes }),
  }
}
