/**
 * One server of many, as an application would write it: channels on `node:http`, their logs in Redis.
 *
 *     GET  /<channel>              the channel
 *     POST /<channel>?n=1&id=…     publishes an event; answers with what became of it, or 503
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type SlowConsumer, toResponse } from '@millrace/server'
import { toNodeHandler } from '@millrace/server/node'
import { answerCommands } from '../../harness/commands.ts'
import { CHANNELS, MAX_QUEUE_BYTES, keyOfNumber } from '../channels.ts'
import { type ChaosEvents, type HubPlace, chaosHub, publishNumber, streamOf } from '../chaos-hub.ts'

const LATEST: SlowConsumer<ChaosEvents> = {
  policy: 'latest-by-key',
  key: ({ data }) => keyOfNumber(data.n),
}
const channels = new Map(CHANNELS.map((channel) => [channel.name, channel]))
let hub = chaosHub({ url: 'redis://127.0.0.1:1' })
await hub.close()

async function answer(request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url)
  const channel = channels.get(pathname.slice(1))
  if (!channel) return new Response(null, { status: 404 })
  if (request.method !== 'POST') {
    const slowConsumer = channel.slowConsumer === 'latest-by-key' ? LATEST : channel.slowConsumer
    return toResponse(request, streamOf(channel), { hub, slowConsumer, maxQueueBytes: MAX_QUEUE_BYTES })
  }
  try {
    return Response.json(await publishNumber(hub, channel, Number(searchParams.get('n'))))
  } catch (error) {
    return Response.json({ error: String(error) }, { status: 503 })
  }
}

const server = createServer(toNodeHandler(answer))

const commands = {
  /** Listens on a free port, which it returns. */
  listen: async (place: HubPlace): Promise<number> => {
    hub = chaosHub(place)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return (server.address() as AddressInfo).port
  },
}

/** What an instance can be asked. */
export type InstanceCommands = typeof commands

answerCommands(commands)
