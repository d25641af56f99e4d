import { subscribe } from 'node:diagnostics_channel'
import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What an instance tells the process that started it. */
export interface Listening {
  /** The port on the loopback interface, which it chose itself. */
  readonly port: number
}

/**
 * Makes this process one of several: it tells its port, writes its name on every response, and ends with the process that
 * started it. Does nothing in a process that was started alone.
 *
 * By Node's diagnostics channels, since the server is Next's own, and it tells nobody.
 */
export function nameThisInstance(): void {
  const name = process.env['INSTANCE']
  if (!name || !process.send) return
  subscribe('tracing:net.server.listen:asyncEnd', (message) => {
    const { server } = message as { readonly server: Server }
    const { port } = server.address() as AddressInfo
    process.send?.({ port } satisfies Listening)
  })
  subscribe('http.server.request.start', (message) => {
    const { response } = message as { readonly response: ServerResponse }
    response.setHeader('X-Instance', name)
  })
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
}
