import { connectEventStream, type ConnectOptions, type EventStreamConnection } from '@millrace/client'
import type { StreamEvent } from './read-event.ts'
import type { StreamAddress } from './stream-address.ts'

/** How requests are made; says nothing of which stream is asked for. */
export type Transport = Pick<
  ConnectOptions,
  | 'headers'
  | 'fetch'
  | 'heartbeatMs'
  | 'isDone'
  | 'limits'
  | 'onUnauthorized'
  | 'reconnectionTimeMs'
  | 'resumeBy'
  | 'whenHidden'
>

/**
 * Connects to an address, asking before each attempt how to make the request.
 *
 * Data stays text here, since components may read one stream by contracts and parsers of their own.
 */
export function connectStream(
  { request }: StreamAddress,
  lastEventId: string,
  transport: () => Transport,
): EventStreamConnection<StreamEvent> {
  return connectEventStream(request.url, {
    // The client makes nothing of the others among a component's options.
    ...transport(),
    ...request,
    parse: undefined,
    lastEventId,
    headers: (context) => {
      const { headers } = transport()
      return typeof headers === 'function' ? headers(context) : headers
    },
    fetch: (...request) => (transport().fetch ?? fetch)(...request),
  })
}
