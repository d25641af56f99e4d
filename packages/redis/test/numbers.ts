import { type Channel, defineStream } from '@millrace/core'
import { Hub, type HubOptions, type Subscription } from '@millrace/server'
import { onTestFinished, vi } from 'vitest'
import { type RedisBackplaneOptions, redisBackplane } from '../src/index.ts'

/** What tests publish. */
export type Numbers = { n: number }

/** A channel of numbers. */
export const numbers = defineStream<Numbers>('numbers') as Channel<Numbers>

/** A history that loses nothing in a test. */
export const KEEP_ALL = { maxEvents: 100_000, maxAgeMs: 600_000, maxBytes: 1e9 }

/** A hub on Redis that is closed after the test. */
export function hubOn(redis: RedisBackplaneOptions, options: HubOptions = {}): Hub {
  const hub = new Hub({
    backplane: redisBackplane(redis),
    history: KEEP_ALL,
    observer: { onError: () => undefined },
    ...options,
  })
  onTestFinished(() => hub.close())
  return hub
}

/** Publishes numbers one after the other, each until it was acknowledged. Returns the cursor of the last. */
export async function publishAll(hub: Hub, first: number, last: number): Promise<string> {
  let lastEventId = ''
  for (let n = first; n <= last; n++) {
    const event = { type: 'n', data: n, id: `n-${n}` } as const
    lastEventId = await vi.waitFor(async () => (await hub.publish(numbers, event)).lastEventId, {
      timeout: 15_000,
      interval: 20,
    })
  }
  return lastEventId
}

/** Numbers, and reasons of gaps, as they were heard. */
export type Heard = Array<number | string>

/** Listens until the test is over, from the oldest entry unless told otherwise. What is heard is added to the array. */
export function listen(hub: Hub, options: Parameters<Hub['subscribe']>[1] = {}): Heard {
  const heard: Heard = []
  const subscription = hub.subscribe(numbers, { start: 'oldest', ...options })
  onTestFinished(async () => void (await subscription.return()))
  void collect(subscription, heard)
  return heard
}

async function collect(subscription: Subscription<Numbers>, heard: Heard): Promise<void> {
  try {
    for await (const item of subscription) heard.push(item.type === 'n' ? item.data : item.data.reason)
  } catch (error) {
    heard.push(String(error))
  }
}

/** Waits until the last thing heard is this. */
export async function untilHeard(heard: Heard, last: number): Promise<void> {
  await vi.waitFor(
    () => {
      if (heard.at(-1) !== last) throw new Error(`waiting for ${last}, heard ${heard.slice(-3).join()}`)
    },
    { timeout: 15_000, interval: 10 },
  )
}

/** All whole numbers from one to another. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
