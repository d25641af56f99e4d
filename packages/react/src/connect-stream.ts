import { connectEventStream, type ConnectOptions, type EventStreamConnection } from '@millrace/client'
import type { StreamEvent } from './fold.ts'
import type { StreamAddress } from './stream-address.ts'

/** How requests are made; says nothing of which stream is asked for. */
export type Transport = Pick<ConnectOptions, 'headers' | 'fetch'>

/** Connects to an address, asking before each attempt how to make the request. */
export function connectStream(
  { url, channel, credentials }: StreamAddress,
  lastEventId: string,
  transport: () => Transport,
): EventStreamConnection<StreamEvent> {
  const options: ConnectOptions = {
    lastEventId,
    credentials,
    headers: (context) => {
      const { headers } = transport()
      return typeof headers === 'function' ? headers(context) : headers
    },
    fetch: (input, init) => (transport().fetch ?? fetch)(input, init),
  }
  return channel ? connectEventStream(channel, { ...options, url }) : connectEventStream(url, options)
}
