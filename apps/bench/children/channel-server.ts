/**
 * The server under load, as an application would write it: one channel on `node:http`.
 *
 *     GET  /stream     the channel; `?user=` says who asks
 *     POST /publish    publishes what the body lists
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { defineStream } from '@millrace/core'
import { type ChannelResponseOptions, type HubOptions, Hub, toResponse } from '@millrace/server'
import { toNodeHandler } from '@millrace/server/node'
import { type BenchEvent, sharedNowMs } from '../client/bench-event.ts'
import { answerCommands } from '../harness/commands.ts'
import { type ProcessFigures, collectGarbage, readProcessFigures } from '../harness/process-figures.ts'

/** How the server is set up. What is left out is as users have it who set nothing. */
export interface ServerSettings {
  readonly hub?: Pick<HubOptions, 'history' | 'replay' | 'writeTimeoutMs'>
  /** What becomes of slow clients; the key of an event is its `key`. Default: what the route does by itself. */
  readonly slowConsumer?: SlowConsumerName
  /** Whether the route has a snapshot, and how long one read of it takes, in milliseconds. Default: it has none. */
  readonly snapshotMs?: number
  /** Whether a request has to name its user, by `?user=`, who is asked about again after so many milliseconds. Default: all are let in. */
  readonly revalidateMs?: number
}

/** A policy for slow clients, by its name. */
export type SlowConsumerName = 'disconnect' | 'drop-oldest' | 'pause' | 'latest-by-key'

/** What the server process costs, and what of it our queues hold. */
export interface ServerFigures extends ProcessFigures {
  /** Bytes that wait for clients, of all streams together. */
  readonly queuedBytes: number
}

/** What the server counted. */
export interface ServerCounts {
  readonly streams: number
  readonly snapshotReads: number
  readonly authorizeRuns: number
}

const events = defineStream<{ event: BenchEvent }>('events')
type RouteOptions = ChannelResponseOptions<{ event: BenchEvent }>

let hub = new Hub()
let route: RouteOptions = {}
let lastN = 0
let snapshotReads = 0
let authorizeRuns = 0
const shutOut = new Set<string>()

function routeOf({ slowConsumer, snapshotMs, revalidateMs }: ServerSettings): RouteOptions {
  return {
    ...(slowConsumer !== undefined && {
      slowConsumer:
        slowConsumer === 'latest-by-key'
          ? { policy: slowConsumer, key: ({ data }) => data.key }
          : slowConsumer,
    }),
    ...(snapshotMs !== undefined && {
      snapshot: async () => {
        snapshotReads += 1
        await delay(snapshotMs)
        return { state: lastN }
      },
    }),
    ...(revalidateMs !== undefined && {
      revalidateMs,
      authorize: (request) => {
        authorizeRuns += 1
        const user = new URL(request.url).searchParams.get('user') ?? ''
        return shutOut.has(user) ? new Response(null, { status: 403 }) : { principal: user }
      },
    }),
  }
}

async function publishAll(request: Request): Promise<Response> {
  for (const data of (await request.json()) as BenchEvent[]) {
    lastN = data.n
    await hub.publish(events, { type: 'event', data })
  }
  return new Response(null, { status: 204 })
}

const server = createServer(
  toNodeHandler((request) =>
    new URL(request.url).pathname === '/publish'
      ? publishAll(request)
      : toResponse(request, events, { ...route, hub }),
  ),
)

const commands = {
  /** Listens on a free port, which it returns. */
  listen: async (settings: ServerSettings): Promise<number> => {
    hub = new Hub(settings.hub)
    route = routeOf(settings)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return (server.address() as AddressInfo).port
  },
  figures: (): ServerFigures => ({ ...readProcessFigures(), queuedBytes: hub.inspect().queuedBytes }),
  collectGarbage: (): void => collectGarbage(),
  counts: (): ServerCounts => ({ streams: hub.inspect().streams, snapshotReads, authorizeRuns }),
  /** Shuts users out, all at once; tells the hub of it, or leaves that to be found out. Returns when. */
  shutOut: async ({
    users,
    isRevoked,
  }: {
    users: readonly string[]
    isRevoked: boolean
  }): Promise<number> => {
    const atMs = sharedNowMs()
    for (const user of users) shutOut.add(user)
    if (isRevoked) await Promise.all(users.map((principal) => hub.revoke({ principal })))
    return atMs
  },
}

/** What the server can be asked. */
export type ServerCommands = typeof commands

answerCommands(commands)
