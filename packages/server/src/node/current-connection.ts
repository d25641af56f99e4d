import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import type { ServerResponse } from 'node:http'
import type { ClientConnection } from '../session/client-connection.ts'
import { ResponseConnection } from './response-connection.ts'

/** A request that Node.js is answering. */
interface Exchange {
  // Weak: whatever was begun for a request and outlives it, a timer or a connection to a database, keeps this.
  readonly response: WeakRef<ServerResponse>
  /** How many asked for the connection. */
  claims: number
}

// One per process, and not per copy of this module: bundlers make several.
const KEY = Symbol.for('millrace.exchanges')
type Holder = { [KEY]?: AsyncLocalStorage<Exchange> }

/**
 * Has the code that answers a request find the connection under it, where a framework on `node:http` shows none: see
 * {@link currentConnection}. For requests that arrive from now on. Installed once per process.
 */
export function followConnections(): void {
  const holder = globalThis as Holder
  if (holder[KEY]) return
  const exchanges = new AsyncLocalStorage<Exchange>()
  holder[KEY] = exchanges
  subscribe('http.server.request.start', (message) => {
    // Node documents `response` among the members of this message; its types say `unknown`.
    const { response } = message as { readonly response: ServerResponse }
    exchanges.enterWith({ response: new WeakRef(response), claims: 0 })
  })
}

/**
 * The connection of the request that is being answered by whoever calls; to be asked for once per request.
 *
 * It is left alone where there is doubt whose it is: two asked for it, or its response is not known to be an event stream.
 *
 * @returns `undefined` if none is known: the request came before {@link followConnections} was called, or not by `node:http`.
 */
export function currentConnection(): ClientConnection | undefined {
  const exchange = (globalThis as Holder)[KEY]?.getStore()
  if (!exchange) return undefined
  exchange.claims++
  const own = (): ClientConnection | undefined => {
    const response = exchange.response.deref()
    if (!response || exchange.claims > 1) return undefined
    return isEventStream(response) ? new ResponseConnection(response) : undefined
  }
  return {
    breakOff: () => own()?.breakOff(),
    breakOffWhenStuck: (timeoutMs) => own()?.breakOffWhenStuck(timeoutMs),
    closeBehind: () => own()?.closeBehind(),
  }
}

function isEventStream(response: ServerResponse): boolean {
  return String(response.getHeader('content-type')).startsWith('text/event-stream')
}
