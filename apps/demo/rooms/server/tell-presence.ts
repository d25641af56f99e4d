import { setTimeout as delay } from 'node:timers/promises'
import { getHub } from '@millrace/next'
import { presence, rooms } from '../../lib/streams.ts'
import { TOLD_EVERY_MS } from '../readers.ts'
import { roomList } from '../room-list.ts'

const LOOK_EVERY_MS = 500

/** Bundlers evaluate this module once per entry, so only the global object can say that it is told already. */
const TELLING = Symbol.for('millrace.demo.presence')

/** Tells all instances how many read each room on this one, whenever that changes. Once per process however often it is called. */
export function tellPresence(): void {
  const processWide = globalThis as { [TELLING]?: boolean }
  if (processWide[TELLING]) return
  processWide[TELLING] = true
  void tell()
}

async function tell(): Promise<void> {
  const hub = getHub()
  const instance = process.env['INSTANCE'] ?? ''
  let told = { text: '{}', atMs: 0 }
  while (!hub.isDraining) {
    await delay(LOOK_EVERY_MS, undefined, { ref: false })
    const { channels } = hub.inspect()
    const counts = roomList.map(({ id }) => [id, channels[rooms({ id }).channel] ?? 0] as const)
    const readers = Object.fromEntries(counts.filter(([, count]) => count > 0))
    const text = JSON.stringify(readers)
    const atMs = Date.now()
    // Nobody has to be told again and again that nobody is there.
    const isDue = text !== '{}' && atMs - told.atMs >= TOLD_EVERY_MS
    if (text === told.text && !isDue) continue
    const event = { type: 'readers', data: { instance, atMs, rooms: readers } } as const
    // While the store is away, which whoever publishes readings reports, the next look tries again.
    const isTold = await hub.publish(presence, event).then(
      () => true,
      () => false,
    )
    if (isTold) told = { text, atMs }
  }
}
