import { type Socket, createServer } from 'node:net'
import { type Contender, EVENT_STREAM_HEADERS, OPEN_BLOCK, blockOf } from './contender.ts'

const HEAD = [
  'HTTP/1.1 200 OK',
  ...Object.entries({ ...EVENT_STREAM_HEADERS, 'Transfer-Encoding': 'chunked' }).map((pair) =>
    pair.join(': '),
  ),
  '',
  '',
].join('\r\n')

/** The floor: no HTTP server at all, and one buffer, framed, for all sockets. */
export function createRawSockets(): Contender {
  const clients = new Set<Socket>()
  const server = createServer((socket) => {
    socket.setNoDelay(true)
    socket.once('data', () => {
      socket.write(HEAD)
      socket.write(chunkOf(OPEN_BLOCK))
      clients.add(socket)
    })
    socket.once('close', () => clients.delete(socket))
    socket.on('error', () => undefined)
  })
  return {
    server,
    broadcast: (payloads) => {
      for (const payload of payloads) {
        const chunk = chunkOf(blockOf(payload))
        for (const client of clients) client.write(chunk)
      }
    },
  }
}

/** A chunk of chunked encoding (RFC 9112, 7.1). */
function chunkOf(text: string): Buffer {
  return Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`)
}
