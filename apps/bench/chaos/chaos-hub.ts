import { type Channel, defineStream } from '@millrace/core'
import { redisBackplane } from '@millrace/redis'
import { Hub, type PublishResult } from '@millrace/server'
import { CHANNELS, type ChaosChannel, type ChaosEvent, EVENT_TYPE, HISTORY, dataOf } from './channels.ts'

/** Where a hub's logs are. */
export interface HubPlace {
  readonly url: string
}

/** What channels carry. */
export type ChaosEvents = Record<typeof EVENT_TYPE, ChaosEvent>

const streams = new Map(CHANNELS.map(({ name }) => [name, defineStream<ChaosEvents>(name)]))

/** The contract of a channel. */
export function streamOf({ name }: ChaosChannel): Channel<ChaosEvents> {
  const stream = streams.get(name)
  if (!stream) throw new RangeError(`no channel is called ${name}`)
  return stream
}

/** A hub on Redis, with waits that fit a run of seconds. */
export function chaosHub({ url }: HubPlace): Hub {
  return new Hub({
    backplane: redisBackplane({ url, timeoutMs: 1000, positionCheckMs: 2000 }),
    history: HISTORY,
    heartbeatMs: 1000,
    drainMs: 1000,
    writeTimeoutMs: 11_000,
    // Errors are expected here, and clients and publishers see what comes of them.
    observer: { onError: () => undefined },
  })
}

/** Publishes an event by its number, which is its idempotency key as well. */
export function publishNumber(hub: Hub, channel: ChaosChannel, n: number): Promise<PublishResult> {
  return hub.publish(streamOf(channel), { type: EVENT_TYPE, data: dataOf(channel, n), id: `n-${n}` })
}
