import type { Channel, ChannelInput } from '@millrace/core'
import type { PublishResult } from './hub.ts'
import { getHub } from './process-hub.ts'

/**
 * Adds an event to a channel, on the hub of this process.
 *
 * @param channel - A stream of `defineStream`, bound to its parameters where it has any.
 * @param event - `type`, `data`, and optionally an `id` of the application's own, which makes the call repeatable.
 * @throws {TypeError} If the type is reserved or unknown to the contract, or the id is not 1 to 64 of `A-Za-z0-9_-`.
 * @throws {EventStreamError} `invalid-data`, `limit-exceeded`, `closed`, or what the backplane says.
 * @example
 * await publish(prices, { type: 'tick', data: { symbol: 'ACME', price: 12.3 } })
 */
export function publish<Input extends object>(
  channel: Channel<Input, object>,
  event: ChannelInput<Input>,
): Promise<PublishResult> {
  return getHub().publish(channel, event)
}
