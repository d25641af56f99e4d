import { type Channel, defineStream } from '@millrace/core'
import { afterEach } from 'vitest'
import { Hub, type HubOptions } from '../src/index.ts'

/** What most tests publish: numbers. */
export type Ticks = { tick: { n: number } }

/** A channel of numbers. */
export const ticks = defineStream<Ticks>('ticks') as Channel<Ticks>

const hubs: Hub[] = []
afterEach(async () => {
  await Promise.all(hubs.splice(0).map((hub) => hub.close()))
})

/** A hub that is closed after the test. Errors are not for the console, unless a test asks for them. */
export function createHub(options: HubOptions = {}): Hub {
  const hub = new Hub({ observer: { onError: () => undefined }, ...options })
  hubs.push(hub)
  return hub
}
