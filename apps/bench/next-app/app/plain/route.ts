import { EVENT_STREAM_HEADERS, OPEN_BLOCK } from '../../../contenders/contender.ts'
import { plainClients } from '../../lib/plain-clients.ts'

/** The cheapest route that streams: chunks that are encoded once go to all clients, whether they read or not. */
export function GET(request: Request): Response {
  request.headers.get('accept')
  let client: ReadableStreamDefaultController<Uint8Array> | undefined
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      client = controller
      controller.enqueue(new TextEncoder().encode(OPEN_BLOCK))
      plainClients.add(controller)
    },
    cancel() {
      if (client) plainClients.delete(client)
    },
  })
  return new Response(body, { headers: EVENT_STREAM_HEADERS })
}
