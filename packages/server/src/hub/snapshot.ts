import type { Channel } from '@millrace/core'
import type { Snapshot } from '../channel/snapshot.ts'
import type { Hub } from './hub.ts'
import { getHub } from './process-hub.ts'

/** A state, and the position from which a stream goes on behind it. */
export interface ReadSnapshot<State> {
  /** The state. */
  readonly state: State
  /** The cursor that the state contains: what a client connects with. */
  readonly lastEventId: string
}

/**
 * Reads a channel's state for a page that is rendered on the server, together with the position from which the client's stream
 * goes on: whatever is published after that reaches the client, however long it takes to connect.
 *
 * @param read - Reads the state. With a `lastEventId` read together with it the pair is exact; without, events may already be in
 *   the state when they arrive, and reducers must be idempotent.
 * @param options - `hub`: the hub that has the channel. Default: the one of this process.
 * @example
 * const initial = await snapshot(prices, async () => ({ state: await readPrices() }))
 */
export async function snapshot<State>(
  channel: Channel<object, object>,
  read: () => Snapshot<State> | Promise<Snapshot<State>>,
  { hub = getHub() }: { readonly hub?: Hub } = {},
): Promise<ReadSnapshot<State>> {
  // Before the state: what is published in between is delivered twice rather than never.
  const before = await hub.lastEventId(channel)
  const { state, lastEventId = before } = await read()
  return { state, lastEventId }
}
