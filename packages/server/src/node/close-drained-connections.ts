import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { isProcessHubDraining } from '../hub/process-hub.ts'

const INSTALLED = Symbol.for('millrace.close-drained-connections')

/**
 * Closes each connection behind its response once the hub of this process is draining.
 *
 * A server that was told to close waits for connections that a browser keeps alive, 5 seconds by Node's default; a stream
 * that ended in good order leaves just such a connection behind. Installed once per process.
 */
export function closeDrainedConnections(): void {
  const holder = globalThis as { [INSTALLED]?: true }
  if (holder[INSTALLED]) return
  holder[INSTALLED] = true
  subscribe('http.server.response.finish', (message) => {
    // Node documents `socket` among the members of this message; its types say `unknown`.
    if (isProcessHubDraining()) (message as { readonly socket: Socket }).socket.destroySoon()
  })
}
