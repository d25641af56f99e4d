import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'

/**
 * The body of a request, read from once somebody asks for it.
 *
 * Of a body that nobody began to read Node.js lets go by itself once the answer is out. One that was begun and left would stand before
 * the next request of its connection for ever: a refused upload, a connection that is lost.
 */
export function requestBody(incoming: IncomingMessage | Http2ServerRequest): ReadableStream<Uint8Array> {
  let chunks: AsyncIterator<Uint8Array> | undefined
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        chunks ??= incoming.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>
        const { done, value } = await chunks.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        await chunks?.return?.()
        incoming.resume()
      },
    },
    { highWaterMark: 0 },
  )
}
