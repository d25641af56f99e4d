import { type ServerResponse, createServer } from 'node:http'
import { type Contender, EVENT_STREAM_HEADERS, OPEN_BLOCK, blockOf } from './contender.ts'

/** What everybody writes first: `response.write` for each client, of a buffer that is encoded once. */
export function createPlainWrites(): Contender {
  return contenderOf((response) => response.writeHead(200, EVENT_STREAM_HEADERS))
}

/** The same without chunked encoding: a body that ends with its connection. */
export function createUnchunkedWrites(): Contender {
  return contenderOf((response) => {
    response.useChunkedEncodingByDefault = false
    response.writeHead(200, { ...EVENT_STREAM_HEADERS, Connection: 'close' })
  })
}

function contenderOf(open: (response: ServerResponse) => void): Contender {
  const clients = new Set<ServerResponse>()
  const server = createServer((_, response) => {
    open(response)
    response.write(OPEN_BLOCK)
    clients.add(response)
    response.once('close', () => clients.delete(response))
  })
  return {
    server,
    broadcast: (payloads) => {
      for (const payload of payloads) {
        const block = Buffer.from(blockOf(payload))
        for (const client of clients) client.write(block)
      }
    },
  }
}
