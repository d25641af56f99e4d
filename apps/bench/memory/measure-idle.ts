import { join } from 'node:path'
import type { Child, Children } from '../harness/children.ts'
import type { IdleClientCommands } from './children/idle-clients.ts'
import type { IdleContender, IdleServerCommands, NodeIdleServerCommands } from './children/idle-server.ts'

/** A server that streams are opened on. */
export interface IdleServer {
  readonly server: Child<IdleServerCommands>
  readonly port: number
  readonly path: string
  /** The last text that it sends on a stream by itself. */
  readonly lastText: string
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
  const server = await children.start<NodeIdleServerCommands>(program, { isMeasured: true })
  const lastText = contender === 'millrace' ? 'millrace.live' : 'opened'
  return { server, port: await server.ask('listen', contender), path: '/', lastText }
}

/** Opens streams on a server that nobody has asked for anything yet, and reads its memory twice. Ends the server. */
export async function measureIdle(
  children: Children,
  { server, port, path, lastText }: IdleServer,
  { few, many, localAddress }: IdleLoad,
): Promise<IdleFigures> {
  const clients = await children.start<IdleClientCommands>(
    join(import.meta.dirname, 'children/idle-clients.ts'),
  )
  const withStreams = async (count: number): Promise<IdleMemory> => {
    await clients.ask('connect', { port, path, lastText, localAddress, count })
    await server.ask('collectGarbage')
    const { rss, heapUsed, external } = await server.ask('figures')
    return { rss, heapUsed, external }
  }
  const atFew = await withStreams(few)
  const atMany = await withStreams(many - few)
  const ended = await clients.ask('ended')
  if (ended > 0) throw new Error(`${ended} streams were ended by the server`)
  await clients.stop()
  await server.stop()
  const slope = (of: keyof IdleMemory): number => (atMany[of] - atFew[of]) / (many - few)
  const perStream = { rss: slope('rss'), heapUsed: slope('heapUsed'), external: slope('external') }
  return { few: atFew, many: atMany, perStream }
}
