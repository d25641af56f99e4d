import type { ServerResponse } from 'node:http'
import { type Http2ServerResponse, type Http2Session, type ServerHttp2Stream, constants } from 'node:http2'
import type { ClientConnection } from '../session/client-connection.ts'

/** Timers of Node.js count in 32 bits; a longer time would be none. */
const MAX_TIMER_MS = 2 ** 31 - 1
/** How long a client of HTTP/2 may take to answer a ping, in milliseconds. */
const PING_TIMEOUT_MS = 5000

/** The connection under a response of Node's own servers, HTTP/1.1 and HTTP/2. */
export class ResponseConnection implements ClientConnection {
  readonly #response: ServerResponse | Http2ServerResponse

  constructor(response: ServerResponse | Http2ServerResponse) {
    this.#response = response
  }

  breakOff(): void {
    const response = this.#response
    if (isOver(response)) return
    if ('stream' in response) return breakOffStream(response.stream)
    const { socket } = response
    // A socket that is only destroyed leaves to the system, for minutes, what its client has not read. TLS cannot be reset. A reset
    // alone waits for what is on its way.
    if (socket && !('encrypted' in socket)) socket.resetAndDestroy()
    response.destroy()
  }

  breakOffWhenStuck(timeoutMs: number): void {
    const response = this.#response
    if (isOver(response)) return
    let takenBefore = takenFrom(response)
    // Not the socket's own timeout, which belongs to whoever keeps it alive for the next request.
    const timer = setInterval(
      () => {
        const taken = takenFrom(response)
        if (taken === takenBefore && outputOf(response).writableLength > 0) this.breakOff()
        takenBefore = taken
      },
      Math.min(timeoutMs, MAX_TIMER_MS),
    )
    timer.unref()
    response.once('close', () => clearInterval(timer))
  }

  closeBehind(): void {
    const response = this.#response
    // A connection of HTTP/2 has other streams.
    if (isOver(response) || 'stream' in response) return
    // Asked for now: a response that has finished has none any more.
    const { socket } = response
    response.once('finish', () => socket?.destroySoon())
  }
}

function isOver(response: ServerResponse | Http2ServerResponse): boolean {
  return 'stream' in response ? response.stream.destroyed : response.destroyed || response.writableFinished
}

/** Where a response's bytes wait. One of HTTP/1.1 that waits for those before it has no socket yet. */
function outputOf(response: ServerResponse | Http2ServerResponse): {
  readonly writableLength: number
  readonly bytesWritten?: number
} {
  return 'stream' in response ? response.stream : (response.socket ?? response)
}

/** A number that stays the same as long as the client takes nothing. */
function takenFrom(response: ServerResponse | Http2ServerResponse): number {
  const { writableLength, bytesWritten = 0 } = outputOf(response)
  return bytesWritten - writableLength
}

/** Breaks off one stream of a connection; and all, if whoever is at the other end is asleep, and not only this stream's reader. */
function breakOffStream(stream: ServerHttp2Stream): void {
  const { session } = stream
  stream.close(constants.NGHTTP2_CANCEL)
  stream.destroy()
  if (!session || session.destroyed) return
  const timer = setTimeout(() => breakOffSession(session), PING_TIMEOUT_MS)
  timer.unref()
  // Called with an error if the session ends before the answer.
  session.ping(() => clearTimeout(timer))
}

function breakOffSession(session: Http2Session): void {
  const { socket } = session
  session.destroy()
  // A session that is destroyed waits for its socket to take what is on its way. Of the ways to destroy that socket, this is the one
  // that sessions let through.
  socket[Symbol.asyncDispose]().catch(() => undefined)
}
