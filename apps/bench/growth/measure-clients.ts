import { join } from 'node:path'
import type { CrowdCommands } from '../children/crowd-readers.ts'
import { totalOf } from '../client/sequence-judge.ts'
import type { Child } from '../harness/children.ts'
import { poll } from '../harness/poll.ts'
import { sharesOf, sumOf } from '../harness/shares.ts'
import type { Bench } from '../harness/suite.ts'
import type { BroadcastCommands } from './children/broadcast-server.ts'
import type { SizedCost } from './measure-work.ts'

const CLIENTS_PER_PROCESS = 5000
const ARRIVES_WITHIN_MS = 20_000
/** About as many in each round, of whatever size; of events no more than this. */
const DELIVERIES = 20_000
const MAX_EVENTS = 200
/** Time for each client between two events: several times what a delivery takes, so that no two share a tick. */
const US_PER_CLIENT = 30

/** A server with its clients. */
interface Audience {
  readonly size: number
  readonly server: Child<BroadcastCommands>
  readonly readers: readonly Child<CrowdCommands>[]
  readonly unitUs: number[]
}

/** What was measured, and how many events were not received once and in order. */
export interface ClientsFigures {
  readonly costs: readonly SizedCost[]
  readonly faults: number
}

/** Measures the CPU time of a server per delivered event, with more and more clients, in turns. */
export async function measureClients(
  { children, note }: Bench,
  { sizes, rounds }: { readonly sizes: readonly number[]; readonly rounds: number },
): Promise<ClientsFigures> {
  const audiences: Audience[] = []
  for (const size of sizes) {
    note(`${size} clients connect`)
    const server = await children.start<BroadcastCommands>(
      join(import.meta.dirname, 'children/broadcast-server.ts'),
    )
    const port = await server.ask('listen')
    const readers = await Promise.all(
      sharesOf(size, Math.ceil(size / CLIENTS_PER_PROCESS)).map(async (share) => {
        const reader = await children.start<CrowdCommands>('crowd-readers')
        await reader.ask('connect', { port, after: 0, ...share })
        return reader
      }),
    )
    audiences.push({ size, server, readers, unitUs: [] })
  }
  for (const audience of audiences) await broadcast(audience)
  note(`${rounds} rounds`)
  for (let round = 0; round < rounds; round++) {
    const first = round % audiences.length
    for (const audience of [...audiences.slice(first), ...audiences.slice(0, first)]) {
      audience.unitUs.push(await broadcast(audience))
    }
  }
  const faults = await Promise.all(audiences.map(faultsOf))
  await Promise.all(
    audiences.flatMap(({ server, readers }) => [server, ...readers].map((each) => each.stop())),
  )
  return { costs: audiences.map(({ size, unitUs }) => ({ size, unitUs })), faults: sumOf(faults) }
}

/** Publishes some events, and waits until all clients have them. Returns what a delivery cost, in microseconds. */
async function broadcast({ size, server, readers }: Audience): Promise<number> {
  const count = Math.min(Math.max(2, Math.round(DELIVERIES / size)), MAX_EVENTS)
  const beforeUs = await server.ask('cpuUs')
  const lastN = await server.ask('publish', { count, everyMs: Math.max(2, (size * US_PER_CLIENT) / 1000) })
  const tookMs = await poll(async () => {
    const counts = await Promise.all(readers.map((reader) => reader.ask('countUpTo', lastN)))
    return sumOf(counts) === size
  }, ARRIVES_WITHIN_MS)
  if (tookMs === undefined) throw new Error(`${size} clients lack an event after ${ARRIVES_WITHIN_MS} ms`)
  return ((await server.ask('cpuUs')) - beforeUs) / (count * size)
}

async function faultsOf({ server, readers }: Audience): Promise<number> {
  const lastN = await server.ask('publish', { count: 0, everyMs: 0 })
  const results = await Promise.all(readers.map((reader) => reader.ask('result', lastN)))
  const { lost, repeated, gaps } = totalOf(results.map(({ verdict }) => verdict))
  return lost + repeated + gaps
}
