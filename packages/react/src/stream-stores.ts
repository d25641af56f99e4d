import type { StreamAddress } from './stream-address.ts'
import { createStreamStore, type StreamMember, type StreamStore } from './stream-store.ts'
import { warn } from './warn.ts'

// Bundlers put the mode in its place, as they do for React itself.
declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** The stores in use; each has a connection. Filled by subscriptions alone, and so empty on a server. */
export interface StreamStores {
  /** All of them: nearly always one per stream. */
  readonly stores: Set<StreamStore>
  /** Called whenever a store showed something else. */
  readonly watchers: Set<() => void>
}

/** Makes a set of stores that shares nothing with others. */
export function createStreamStores(): StreamStores {
  return { stores: new Set(), watchers: new Set() }
}

/** The stores that components use where no provider has its own. */
export const streams: StreamStores = createStreamStores()

/** The store that a member would join, or any of the stream, if it is in use. Changes nothing, and may be called in render. */
export function findStore(
  { stores }: StreamStores,
  key: string,
  member?: StreamMember,
): StreamStore | undefined {
  return [...stores].find((store) => store.key === key && (!member || store.canTake(member)))
}

/**
 * Joins a store of the stream. One that has moved past the member's fold will not do: another connection rather than a hole.
 */
export function joinStore(streams: StreamStores, address: StreamAddress, member: StreamMember): StreamStore {
  const { stores, watchers } = streams
  const { key, request } = address
  const known = findStore(streams, key, member)
  const store =
    known ??
    createStreamStore(address, () => {
      if (store.members.size === 0) stores.delete(store)
      for (const watcher of watchers) watcher()
    })
  if (process.env.NODE_ENV !== 'production' && !known && findStore(streams, key)) {
    warn(
      `another connection to ${request.url} is made, since the one that is open has moved past a component's fold; mount them together, or let them share one that defineFold makes`,
    )
  }
  stores.add(store)
  store.join(member)
  return store
}
