import { connect, createServer, type Server, type Socket } from 'node:net'
import { pipeline } from 'node:stream'

/** A way to several ports of this machine by one: each connection goes to the next port in turn. */
export interface Balancer {
  /** Where it listens is for whoever made it to say. */
  readonly server: Server
  /** Lets connections go to a port. */
  add(port: number): void
  /** Lets no further connection go to a port. */
  remove(port: number): void
}

/** Creates a balancer. It hands on bytes, and does not look at them. */
export function createBalancer(): Balancer {
  let ports: readonly number[] = []
  const server = createServer((client) => {
    const inTurn = ports
    ports = [...inTurn.slice(1), ...inTurn.slice(0, 1)]
    // Who leaves before it was connected is no error of ours.
    client.on('error', () => undefined)
    reach(client, inTurn)
  })
  return {
    server,
    add: (port) => {
      ports = [...ports, port]
    },
    remove: (port) => {
      ports = ports.filter((each) => each !== port)
    },
  }
}

/** Connects a client to the first port that takes it; hangs up where none does. */
function reach(client: Socket, [port, ...others]: readonly number[]): void {
  if (port === undefined) return void client.destroy()
  const upstream = connect({ port, host: '127.0.0.1', noDelay: true })
  const tryNext = (): void => reach(client, others)
  upstream.once('error', tryNext)
  upstream.once('connect', () => {
    upstream.off('error', tryNext)
    // Whichever side ends or breaks, so does the other.
    pipeline(client, upstream, client, () => {
      client.destroy()
      upstream.destroy()
    })
  })
}
