import type { Channel } from '@millrace/core'
import { type Hub, type ReadSnapshot, type Snapshot, snapshot as readSnapshot } from '@millrace/server'
import { connection } from 'next/server.js'

/**
 * Reads a channel's state in a server component, together with the position from which the client's stream goes on. Give the
 * pair to `useEventStream` as `initialSnapshot`: whatever is published after the read reaches the component.
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
  options: { readonly hub?: Hub } = {},
): Promise<ReadSnapshot<State>> {
  // A live state belongs to a request; without this, `next build` would bake the state of the build into the page.
  await connection()
  return readSnapshot(channel, read, options)
}
