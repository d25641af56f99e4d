import type { EventStreamConnection } from '@millrace/client'
import type { Channel } from '@millrace/core'
import { connectStream, type Transport } from './connect-stream.ts'
import { scheduler, type FlushScheduler } from './flush-scheduler.ts'
import type { StreamEvent } from './fold.ts'
import type { StreamAddress } from './stream-address.ts'
import {
  ANYWHERE,
  createStreamStore,
  type StartingPoint,
  type StreamMember,
  type StreamStore,
} from './stream-store.ts'

/** The stores in use, by stream key. */
export interface StoreRegistry {
  /** How many stores there are; each has a connection. */
  readonly size: number
  /** The store of a stream, if it is in use. Changes nothing, so that it may be called in render. */
  peek(address: StreamAddress): StreamStore | undefined
  /**
   * Joins the store of a stream, made now if there is none.
   *
   * @param from - Where the member must go on. A store that has moved past it will not do, so a second one is made: another
   *   connection rather than a hole. Default: wherever the store is.
   */
  join(address: StreamAddress, member: StreamMember, from?: StartingPoint): StreamStore
  /** Leaves a store. The last member takes it out of the registry. */
  leave(address: StreamAddress, member: StreamMember, store: StreamStore): void
}

/** Opens a connection to an address. */
export type ConnectAddress = (
  address: StreamAddress,
  lastEventId: string,
  transport: () => Transport,
) => EventStreamConnection<StreamEvent>

/** A store, and how it reads data: the same functions for all channels of one definition. */
interface Entry {
  readonly decode: Channel['decode'] | undefined
  readonly store: StreamStore
}

/** Makes a registry without stores. */
export function createStoreRegistry(
  scheduler: FlushScheduler,
  connect: ConnectAddress = connectStream,
): StoreRegistry {
  // Nearly always one store per key; `from` and a second contract of the same name explain the others.
  const stores = new Map<string, readonly Entry[]>()
  const find = ({ key, channel }: StreamAddress, lastEventId = ''): StreamStore | undefined =>
    stores.get(key)?.find(({ decode, store }) => decode === channel?.decode && store.canStartAt(lastEventId))
      ?.store

  return {
    get size() {
      return [...stores.values()].flat().length
    },
    peek: (address) => find(address),
    join(address, member, from = ANYWHERE) {
      const { key, channel } = address
      let store = find(address, from.lastEventId)
      if (!store) {
        store = createStreamStore(
          (lastEventId, transport) => connect(address, lastEventId, transport),
          scheduler,
        )
        stores.set(key, [...(stores.get(key) ?? []), { decode: channel?.decode, store }])
      }
      store.join(member, from)
      return store
    },
    leave({ key }, member, store) {
      store.leave(member)
      if (store.size > 0) return
      const others = stores.get(key)?.filter((each) => each.store !== store) ?? []
      if (others.length > 0) stores.set(key, others)
      else stores.delete(key)
    },
  }
}

/** The registry that all components use. Filled by subscriptions alone, and so empty on a server. */
export const streams: StoreRegistry = createStoreRegistry(scheduler)
