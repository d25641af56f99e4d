/** One contender's server, which broadcasts when it is told to. */
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { sharedNowMs } from '../client/bench-event.ts'
import type { Contender } from '../contenders/contender.ts'
import { type ContenderName, contenders } from '../contenders/contenders.ts'
import { answerCommands } from '../harness/commands.ts'
import { watchTurns } from '../harness/turns.ts'

/** What to broadcast. */
export interface Broadcasts {
  /** How often. */
  readonly count: number
  /** Events each time, in one tick. */
  readonly events: number
  /** Bytes of padding in each event. */
  readonly padBytes: number
  /** How long from one broadcast to the next, in milliseconds. */
  readonly everyMs: number
}

let contender: Contender | undefined
let lastN = 0
let stopWatching = (): number => 0

/** Broadcasts at an even pace. Returns the number of the last event. */
async function broadcast({ count, events, padBytes, everyMs }: Broadcasts): Promise<number> {
  const pad = 'x'.repeat(padBytes)
  for (let dueMs = performance.now(), sent = 0; sent < count; sent++, dueMs += everyMs) {
    await delay(Math.max(dueMs - performance.now(), 0))
    const at = sharedNowMs()
    contender?.broadcast(Array.from({ length: events }, () => ({ n: ++lastN, at, pad })))
  }
  return lastN
}

const commands = {
  /** Listens on a free port, which it returns. */
  listen: async (name: ContenderName): Promise<number> => {
    contender = contenders[name]()
    const { server } = contender
    await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1', backlog: 511 }, resolve))
    return (server.address() as AddressInfo).port
  },
  broadcast,
  /** Watches how long the event loop is held, until `longestTurnMs` is asked for. */
  watchTurns: (): void => {
    stopWatching = watchTurns()
  },
  longestTurnMs: (): number => stopWatching(),
  /** CPU time of this process, user and system, in microseconds since its start. */
  cpuUs: (): number => {
    const { user, system } = process.cpuUsage()
    return user + system
  },
}

/** What the server can be asked. */
export type FanoutServerCommands = typeof commands

answerCommands(commands)
