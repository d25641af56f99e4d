import type { Channel, ChannelEvent } from '@millrace/core'
import type { LogEntry } from '../log/log-entry.ts'

/** Decoded data by contract and entry. */
const decoded = new WeakMap<Channel['decode'], WeakMap<LogEntry, { readonly data: unknown }>>()

/**
 * An entry as the application sees it. Its data is decoded once per contract, entry and process, and so is shared: plain
 * objects and arrays in it are frozen, since one reader must not change what another sees.
 *
 * @throws What the contract throws for data that it refuses.
 */
export function eventOf(
  entry: LogEntry,
  {
    channel,
    lastEventId,
    replayed,
  }: { readonly channel: Channel; readonly lastEventId: string; readonly replayed: boolean },
): ChannelEvent<Record<string, unknown>> {
  const byEntry = decoded.get(channel.decode) ?? new WeakMap<LogEntry, { readonly data: unknown }>()
  decoded.set(channel.decode, byEntry)
  let known = byEntry.get(entry)
  if (!known) {
    known = { data: deeplyFrozen(channel.decode(entry.type, entry.data)) }
    byEntry.set(entry, known)
  }
  const id = entry.id === undefined ? {} : { id: entry.id }
  return { type: entry.type, data: known.data, lastEventId, replayed, ...id }
}

function deeplyFrozen(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== Array.prototype && prototype !== null) return value
  Object.freeze(value)
  for (const member of Object.values(value)) deeplyFrozen(member)
  return value
}
