/** How many streams of each room one instance has open. */
export interface Readers {
  /** The instance that looked; empty where there is one. */
  readonly instance: string
  /** When it looked, in milliseconds since 1970. */
  readonly atMs: number
  /** Streams by the room's id. */
  readonly rooms: Readonly<Record<string, number>>
}

/** How often each instance tells, at the least while somebody reads, in milliseconds. */
export const TOLD_EVERY_MS = 4000

/** After how long an instance that no longer tells is taken for gone, in milliseconds. */
const GONE_AFTER_MS = 3 * TOLD_EVERY_MS

/** The newest word of each instance. */
export type Presence = Readonly<Record<string, Readers>>

/** Adds the word of an instance, and lets go of those that have not been heard of for long. */
export function hearReaders(known: Presence, { data }: { readonly data: Readers }): Presence {
  const heard = Object.values(known).filter(({ atMs }) => atMs > data.atMs - GONE_AFTER_MS)
  return Object.fromEntries([...heard, data].map((each) => [each.instance, each]))
}

/** Says who reads a room: how many streams, and where there are several instances how many of each. */
export function presenceWords(presence: Presence, room: string): string {
  const counts = Object.values(presence).map(({ instance, rooms }) => ({ instance, count: rooms[room] ?? 0 }))
  const sum = counts.reduce((total, { count }) => total + count, 0)
  const words = sum === 0 ? 'Nobody here' : sum === 1 ? '1 reader' : `${sum} readers`
  const parts = counts.filter(({ instance, count }) => instance !== '' && count > 0)
  if (parts.length === 0) return words
  return `${words}: ${parts.map(({ instance, count }) => `${count} on instance ${instance}`).join(', ')}`
}
