/** A server that publishes by itself, so that what it costs is the delivery alone. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { defineStream } from '@millrace/core'
import { Hub, toResponse } from '@millrace/server'
import { toNodeHandler } from '@millrace/server/node'
import { type BenchEvent, sharedNowMs } from '../../client/bench-event.ts'
import { answerCommands } from '../../harness/commands.ts'

const events = defineStream<{ event: BenchEvent }>('events')
const hub = new Hub()
const PAD = 'x'.repeat(1024)
let lastN = 0

const commands = {
  /** Listens on a free port, which it returns. */
  listen: (): Promise<number> => {
    const server = createServer(toNodeHandler((request) => toResponse(request, events, { hub })))
    return new Promise((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
    )
  },
  /** Publishes events of 1 KB at an even pace. Returns the number of the last one. */
  publish: async ({ count, everyMs }: { count: number; everyMs: number }): Promise<number> => {
    for (let sent = 0; sent < count; sent++) {
      const data = { n: ++lastN, at: sharedNowMs(), key: 'all', pad: PAD }
      await hub.publish(events, { type: 'event', data })
      await delay(everyMs)
    }
    return lastN
  },
  /** CPU time of this process, kernel included, in microseconds since its start. */
  cpuUs: (): number => {
    const { user, system } = process.cpuUsage()
    return user + system
  },
}

/** What the server can be asked. */
export type BroadcastCommands = typeof commands

answerCommands(commands)
