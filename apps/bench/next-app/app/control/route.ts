import { setTimeout as delay } from 'node:timers/promises'
import { publish } from '@millrace/next'
import { sharedNowMs } from '../../../client/bench-event.ts'
import type { Broadcasts } from '../../../children/fanout-server.ts'
import { type Payload, blockOf } from '../../../contenders/contender.ts'
import { events } from '../../lib/events.ts'
import { plainClients } from '../../lib/plain-clients.ts'

/** The routes that are compared. */
export type RouteName = 'millrace' | 'plain'

/** What the process is asked to do. */
export type ControlRequest =
  | { readonly command: 'cpuUs' }
  | { readonly command: 'broadcast'; readonly route: RouteName; readonly sample: Broadcasts }

const lastN: Record<RouteName, number> = { millrace: 0, plain: 0 }

const senders: Readonly<Record<RouteName, (payloads: readonly Payload[]) => void>> = {
  millrace: (payloads) => {
    for (const data of payloads) void publish(events, { type: 'event', data })
  },
  plain: (payloads) => {
    const encoder = new TextEncoder()
    for (const payload of payloads) {
      const block = encoder.encode(blockOf(payload))
      for (const client of plainClients) client.enqueue(block)
    }
  },
}

async function broadcast(
  route: RouteName,
  { count, events, padBytes, everyMs }: Broadcasts,
): Promise<number> {
  const pad = 'x'.repeat(padBytes)
  for (let dueMs = performance.now(), sent = 0; sent < count; sent++, dueMs += everyMs) {
    await delay(Math.max(dueMs - performance.now(), 0))
    const at = sharedNowMs()
    senders[route](Array.from({ length: events }, () => ({ n: ++lastN[route], at, pad })))
  }
  return lastN[route]
}

export async function POST(request: Request): Promise<Response> {
  const asked = (await request.json()) as ControlRequest
  if (asked.command === 'broadcast') return Response.json(await broadcast(asked.route, asked.sample))
  const { user, system } = process.cpuUsage()
  return Response.json(user + system)
}
