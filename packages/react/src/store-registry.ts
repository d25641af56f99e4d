import type { EventStreamConnection } from '@millrace/client'
import { connectStream, type Transport } from './connect-stream.ts'
import type { StreamEvent } from './fold.ts'
import type { StreamAddress } from './stream-address.ts'
import { createStreamStore, type StreamMember, type StreamStore } from './stream-store.ts'

/** The stores in use, by stream key. */
export interface StoreRegistry {
  /** How many stores there are; each has a connection. */
  readonly size: number
  /** The store of a stream, if it is in use. Changes nothing, so that it may be called in render. */
  peek(key: string): StreamStore | undefined
  /**
   * Joins the store of a stream, made now if there is none.
   *
   * @param options.from - A position that the member must go on from. A store that has moved past it will not do, so a
   *   second one is made: another connection rather than a hole. Default: wherever the store is.
   */
  join(address: StreamAddress, member: StreamMember, options?: { readonly from?: string }): StreamStore
  /** Leaves a store. The last member takes it out of the registry. */
  leave(address: StreamAddress, member: StreamMember, store: StreamStore): void
}

/** Opens a connection to an address. */
export type ConnectAddress = (
  address: StreamAddress,
  lastEventId: string,
  transport: () => Transport,
) => EventStreamConnection<StreamEvent>

/** Makes a registry without stores. */
export function createStoreRegistry(connect: ConnectAddress = connectStream): StoreRegistry {
  // Nearly always one store per key; `from` explains the others.
  const stores = new Map<string, readonly StreamStore[]>()

  return {
    get size() {
      return [...stores.values()].flat().length
    },
    peek: (key) => stores.get(key)?.[0],
    join(address, member, { from = '' } = {}) {
      const known = stores.get(address.key) ?? []
      let store = known.find((each) => from === '' || each.startAt(from))
      if (!store) {
        store = createStreamStore((lastEventId, transport) => connect(address, lastEventId, transport))
        store.startAt(from)
        stores.set(address.key, [...known, store])
      }
      store.join(member)
      return store
    },
    leave({ key }, member, store) {
      store.leave(member)
      if (store.size > 0) return
      const others = stores.get(key)?.filter((each) => each !== store) ?? []
      if (others.length > 0) stores.set(key, others)
      else stores.delete(key)
    },
  }
}

/** The registry that all components use. Filled by subscriptions alone, and so empty on a server. */
export const streams: StoreRegistry = createStoreRegistry()
