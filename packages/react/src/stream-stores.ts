import type { StreamAddress } from './stream-address.ts'
import { createStreamStore, type StreamMember, type StreamStore } from './stream-store.ts'
import { warn } from './warn.ts'

// Bundlers put the mode in its place, as they do for React itself.
declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** The stores in use: nearly always one per stream. Filled by subscriptions alone, and so empty on a server. */
export const stores: Set<StreamStore> = new Set()

/** Called whenever a store showed something else. */
export const watchers: Set<() => void> = new Set()

/** The store that a member would join, or any of the stream, if it is in use. Changes nothing, and may be called in render. */
export function findStore(key: string, member?: StreamMember): StreamStore | undefined {
  return [...stores].find(
    // One that its last member has left is closed, and about to go.
    (store) => store.key === key && store.members.size && (!member || store.canTake(member)),
  )
}

/**
 * Joins a store of the stream. One that has moved past the member's fold will not do: another connection rather than a hole.
 */
export function joinStore(address: StreamAddress, member: StreamMember): StreamStore {
  const { key, request } = address
  const known = findStore(key, member)
  const store =
    known ??
    createStreamStore(address, () => {
      if (!store.members.size) stores.delete(store)
      for (const watcher of watchers) watcher()
    })
  if (process.env.NODE_ENV !== 'production' && !known) warnOfAnother(findStore(key), request.url)
  stores.add(store)
  store.join(member)
  if (process.env.NODE_ENV !== 'production') warnOfIgnored(store, member, request.url)
  return store
}

/** One that is only kept for a while, its components having left, is no mistake. */
function warnOfAnother(open: StreamStore | undefined, url: string): void {
  if (![...(open?.members ?? [])].some(({ notify }) => notify)) return
  warn(
    `another connection to ${url} is made, since the one that is open has moved past a component's fold; mount them together, or let them share one that defineFold makes`,
  )
}

/** One connection has one value of each option, and functions are others with each render: only these tell of a mistake. */
const COMPARABLE = ['heartbeatMs', 'reconnectionTimeMs', 'resumeBy', 'whenHidden'] as const

function warnOfIgnored({ members }: StreamStore, { options }: StreamMember, url: string): void {
  const [first] = members
  for (const name of COMPARABLE) {
    if (options[name] !== undefined && options[name] !== first?.options[name]) {
      warn(
        `components that share the connection to ${url} do not agree on ${name}; that of the first one counts`,
      )
    }
  }
}
