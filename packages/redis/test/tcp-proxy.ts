import { type AddressInfo, type Socket, connect, createServer } from 'node:net'
import { onTestFinished } from 'vitest'

/** A connection through the proxy. */
interface Line {
  readonly client: Socket
  readonly server: Socket
}

/** A way to a server on which accidents happen. Closed after the test. */
export interface TcpProxy {
  readonly port: number
  /** Connections in the order in which they were made, those that ended included. */
  readonly lines: readonly Line[]
  /** Keeps a connection open and hands nothing on: what a vanished network looks like. */
  freeze(index: number): void
  /** Ends a connection when the server answers next: the command arrived, and its reply does not. */
  cutAtNextReply(index: number): void
}

/** Starts a proxy in front of a local port. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const lines: Line[] = []
  const proxy = createServer((client) => {
    const server = connect(target, '127.0.0.1')
    lines.push({ client, server })
    client.pipe(server).pipe(client)
    const end = (): void => {
      client.destroy()
      server.destroy()
    }
    for (const socket of [client, server]) socket.on('error', end).on('close', end)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const { client } of lines) client.destroy()
    proxy.close()
  })
  return {
    port: (proxy.address() as AddressInfo).port,
    lines,
    freeze: (index) => {
      const { client, server } = lines[index] as Line
      client.unpipe().pause()
      server.unpipe().pause()
    },
    cutAtNextReply: (index) => {
      const { client, server } = lines[index] as Line
      server.unpipe()
      server.once('data', () => client.destroy()).resume()
    },
  }
}
