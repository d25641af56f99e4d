import { join } from 'node:path'
import type { Children } from '../harness/children.ts'
import type { IdleClientCommands } from './children/idle-clients.ts'
import type { IdleContender, IdleServerCommands } from './children/idle-server.ts'

/** A server that streams are opened on. */
export interface IdleServer {
  readonly port: number
  readonly path: string
  /** The last text that it sends on a stream by itself. */
  readonly lastText: string
  /** Has it collect its garbage, and tell what is left. */
  readonly readMemory: () => Promise<IdleMemory>
  readonly stop: () => Promise<void>
}

/** How many streams to open: so many first, and then more. */
export interface IdleLoad {
  readonly few: number
  readonly many: number
  /** Where the clients connect from: connections that are gone keep their ports for a while. */
  readonly localAddress: string
}

/** Bytes that a process has, with so many streams open. */
export interface IdleMemory {
  readonly rss: number
  readonly heapUsed: number
  readonly external: number
}

/** The memory of a server, with few streams and with many. */
export interface IdleFigures {
  readonly few: IdleMemory
  readonly many: IdleMemory
  /** Bytes that each stream adds. */
  readonly perStream: IdleMemory
}

/** Starts a server of node:http. */
export async function startNodeServer(children: Children, contender: IdleContender): Promise<IdleServer> {
  const program = join(import.meta.dirname, 'children/idle-server.ts')
  const server = await children.start<IdleServerCommands>(program, { isMeasured: true })
  const lastText = contender === 'millrace' ? 'millrace.live' : 'opened'
  const readMemory = async (): Promise<IdleMemory> => {
    await server.ask('collectGarbage')
    return server.ask('figures')
  }
  return { port: await server.ask('listen', contender), path: '/', lastText, readMemory, stop: server.stop }
}

/** Opens streams on a server that nobody has asked for anything yet, and reads its memory twice. Ends the server. */
export async function measureIdle(
  children: Children,
  { port, path, lastText, readMemory, stop }: IdleServer,
  { few, many, localAddress }: IdleLoad,
): Promise<IdleFigures> {
  const clients = await children.start<IdleClientCommands>(
    join(import.meta.dirname, 'children/idle-clients.ts'),
  )
  const withStreams = async (count: number): Promise<IdleMemory> => {
    await clients.ask('connect', { port, path, lastText, localAddress, count })
    const { rss, heapUsed, external } = await readMemory()
    return { rss, heapUsed, external }
  }
  try {
    const atFew = await withStreams(few)
    const atMany = await withStreams(many - few)
    const ended = await clients.ask('ended')
    if (ended > 0) throw new Error(`${ended} streams were ended by the server`)
    const slope = (of: keyof IdleMemory): number => (atMany[of] - atFew[of]) / (many - few)
    const perStream = { rss: slope('rss'), heapUsed: slope('heapUsed'), external: slope('external') }
    return { few: atFew, many: atMany, perStream }
  } finally {
    await clients.stop()
    await stop()
  }
}
