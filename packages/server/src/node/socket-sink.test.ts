import { once } from 'node:events'
import { type ServerResponse, createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, test } from 'vitest'
import { SocketSink } from './socket-sink.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

/** What a client receives, headers apart, of a response that `answer` writes, until the connection is closed. */
async function received(answer: (response: ServerResponse, sink: SocketSink) => void): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(200).flushHeaders()
    answer(response, new SocketSink(response, { flush: () => undefined }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.end('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  let text = ''
  socket.setEncoding('utf8').on('data', (part: string) => (text += part))
  await once(socket, 'close')
  server.close()
  return text.split('\r\n\r\n').slice(1).join('\r\n\r\n')
}

test('writes to the socket what the response would write', async () => {
  const body = await received((_, sink) => {
    sink.write(encode('one'))
    sink.write(encode('three'))
    sink.close()
  })
  expect(body).toBe('3\r\none\r\n5\r\nthree\r\n0\r\n\r\n')
})

test('writes nothing behind an end that somebody else gave the response', async () => {
  let takesMore = true
  const body = await received((response, sink) => {
    sink.write(encode('one'))
    response.end()
    ;({ takesMore } = sink)
    sink.write(encode('two'))
    sink.close()
  })
  expect([body, takesMore]).toEqual(['3\r\none\r\n0\r\n\r\n', false])
})

test('writes through whatever is wrapped around `write`, and nothing behind what that lost', async () => {
  const seen: unknown[] = []
  const body = await received((response, sink) => {
    response.write = () => {
      throw new Error('cannot compress')
    }
    for (const text of ['one', 'two']) {
      try {
        sink.write(encode(text))
      } catch (error) {
        seen.push(String(error), sink.takesMore)
      }
    }
    response.destroy()
  })
  expect([seen, body]).toEqual([['Error: cannot compress', false], ''])
})
