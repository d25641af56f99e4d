import type { Channel } from '@millrace/core'
import type { Hub } from '../hub/hub.ts'
import { getHub } from '../hub/process-hub.ts'
import type { ChannelResponseOptions } from './channel-options.ts'

/** Options of {@link toResponse}. */
export interface ToResponseOptions<Output extends object, Params> extends ChannelResponseOptions<
  Output,
  Params
> {
  /** The route's parameters, handed to `authorize`. */
  readonly params?: Params
  /** The hub that has the channel. Default: the one of this process. */
  readonly hub?: Hub
}

/**
 * Answers a request with a channel's events, in any server that speaks `Request` and `Response`.
 *
 * `HEAD` and `OPTIONS` are answered too, and open nothing.
 *
 * @throws Whatever `authorize` throws.
 */
export async function toResponse<Output extends object, Params = undefined>(
  request: Request,
  channel: Channel<object, Output>,
  { hub = getHub(), ...options }: ToResponseOptions<Output, Params> = {},
): Promise<Response> {
  return hub.respond(request, channel, options)
}
