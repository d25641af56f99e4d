import type { Channel, ChannelEvent } from '@millrace/core'
import type { LogEntry } from '../log/log-entry.ts'

const decoded = new WeakMap<LogEntry, { readonly data: unknown }>()

/** An entry as the application sees it. Its data is decoded once per entry and process. */
export function eventOf(
  entry: LogEntry,
  {
    channel,
    lastEventId,
    replayed,
  }: { readonly channel: Channel; readonly lastEventId: string; readonly replayed: boolean },
): ChannelEvent<Record<string, unknown>> {
  let known = decoded.get(entry)
  if (!known) {
    known = { data: channel.decode(entry.type, entry.data) }
    decoded.set(entry, known)
  }
  const id = entry.id === undefined ? {} : { id: entry.id }
  return { type: entry.type, data: known.data, lastEventId, replayed, ...id }
}
