import type { EndCause } from './session.ts'

/** The connection that a response goes out on, where the platform shows it. */
export interface ClientConnection {
  /** Breaks it off, with all that is still on its way. */
  breakOff(): void
  /** Breaks it off once the client has taken nothing for `timeoutMs` milliseconds although something waits, until the response is over. */
  breakOffWhenStuck(timeoutMs: number): void
  /** Closes it behind the response, rather than keep it for the client's next request. */
  closeBehind(): void
}

/** How long connections are kept for clients that do not take the end of their response. */
export interface ConnectionTimeouts {
  /** Otherwise, in milliseconds. */
  readonly writeTimeoutMs: number
  /** While the process ends, at the most, in milliseconds. */
  readonly drainMs: number
}

/** What is on its way when a drain without a window begins gets there within this, in milliseconds. */
const MIN_DRAINED_MS = 1000

/**
 * Lets go of the connection of a response that ended.
 *
 * An end waits behind what the client has not read, and so does the server that is to close; the system keeps some megabytes for each
 * such client, in nobody's books.
 */
export function letGoOf(
  connection: ClientConnection,
  cause: EndCause,
  { writeTimeoutMs, drainMs }: ConnectionTimeouts,
): void {
  if (cause === 'cancelled') return
  // It had its time already.
  if (cause === 'stalled') return connection.breakOff()
  const isEnding = cause === 'drained'
  // A server that was told to close waits for connections that are kept.
  if (isEnding) connection.closeBehind()
  const timeoutMs = isEnding ? Math.min(writeTimeoutMs, Math.max(drainMs, MIN_DRAINED_MS)) : writeTimeoutMs
  connection.breakOffWhenStuck(timeoutMs)
}

const connections = new WeakMap<Request, ClientConnection>()

/** Says which connection the response to a request goes out on. */
export function rememberConnection(request: Request, connection: ClientConnection): void {
  connections.set(request, connection)
}

/** The connection that the response to a request goes out on, if somebody said so. */
export function connectionOf(request: Request): ClientConnection | undefined {
  return connections.get(request)
}
