import type { FanoutReaderCommands } from '../children/fanout-readers.ts'
import type { Broadcasts, FanoutServerCommands } from '../children/fanout-server.ts'
import type { ContenderName } from '../contenders/contenders.ts'
import type { Child, Children } from './children.ts'

const READ_WITHIN_MS = 20_000
/** Audiences opened by this process: each connects from an address of its own, which has ports of its own. */
let opened = 0

/** A server that broadcasts when it is told to. */
export interface BroadcastServer {
  readonly port: number
  /** Where its streams are. */
  readonly path: string
  /** Broadcasts; resolves to the number of the last event. */
  readonly broadcast: (sample: Broadcasts) => Promise<number>
  /** CPU time of its process, user and kernel, in microseconds since its start. */
  readonly cpuUs: () => Promise<number>
}

/** A server, and all who read from it. */
export interface Audience {
  readonly server: BroadcastServer
  readonly readers: Child<FanoutReaderCommands>
  readonly streams: number
  /** Broadcasts, and resolves when all have read all of it. Throws if somebody has not. */
  readonly sendAll: (sample: Broadcasts) => Promise<void>
  /** Has all leave. Throws if anything that was read was not as it should be. */
  readonly leave: () => Promise<void>
}

/** A contender's server on `node:http`, in a process of its own. */
export interface ContenderServer extends BroadcastServer {
  readonly child: Child<FanoutServerCommands>
}

/** Starts the server of a contender. */
export async function startContender(children: Children, name: ContenderName): Promise<ContenderServer> {
  const child = await children.start<FanoutServerCommands>('fanout-server', {
    isMeasured: name === 'millrace',
  })
  return {
    child,
    port: await child.ask('listen', name),
    path: '/',
    broadcast: (sample) => child.ask('broadcast', sample),
    cpuUs: () => child.ask('cpuUs'),
  }
}

/** Has a process of readers join a server, and shows that all of them are sent what they should. */
export async function openAudience(
  children: Children,
  server: BroadcastServer,
  { streams, padBytes }: { readonly streams: number; readonly padBytes: number },
): Promise<Audience> {
  const readers = await children.start<FanoutReaderCommands>('fanout-readers')
  const { port, path } = server
  const localAddress = `127.0.0.${2 + (opened++ % 200)}`
  await readers.ask('connect', { port, path, count: streams, localAddress, padBytes })
  const check = async (): Promise<void> => {
    const wrong = await readers.ask('countWrong')
    if (wrong > 0) throw new Error(`${wrong} times a client of ${path} was not sent what it should have been`)
  }
  const sendAll = async (sample: Broadcasts): Promise<void> => {
    const n = await server.broadcast(sample)
    const behind = await readers.ask('readUpTo', { n, withinMs: READ_WITHIN_MS })
    if (behind > 0) throw new Error(`${behind} clients of ${path} were not sent event ${n}`)
  }
  for (const events of [1, 10]) await sendAll({ count: 1, events, everyMs: 0, padBytes })
  await check()
  return {
    server,
    readers,
    streams,
    sendAll,
    leave: async () => {
      await check()
      await readers.ask('leave')
      await readers.stop()
    },
  }
}

/** What a delivered event costs the server, in microseconds of CPU time, user and kernel. */
export async function costOf({ server, streams, sendAll }: Audience, sample: Broadcasts): Promise<number> {
  const beforeUs = await server.cpuUs()
  await sendAll(sample)
  const us = (await server.cpuUs()) - beforeUs
  return us / (sample.count * sample.events * streams)
}
