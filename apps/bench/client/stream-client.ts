import { type Socket, connect } from 'node:net'
import { EventSplitter, type SplitEvent } from './event-splitter.ts'
import { HttpBody } from './http-body.ts'

/** Where a stream is to be had. */
export interface StreamAddress {
  readonly port: number
  readonly path: string
  /** The address to connect from: each has ports of its own. Default `127.0.0.1`. */
  readonly localAddress?: string
  /** How fast to read. Default: as fast as can be. */
  readonly bytesPerSecond?: number
}

/** How a response ended. */
export interface StreamEnd {
  /** Its status; 0 when there was none. */
  readonly status: number
  /** Whether it came to its end, and did not break off. */
  readonly isClean: boolean
}

/** What becomes of one response. */
export interface StreamListener {
  readonly onEvent: (event: SplitEvent) => void
  /** Called with each reconnection time that the server asks for, in milliseconds. */
  readonly onRetry?: (ms: number) => void
  /** Called once, unless the client left. */
  readonly onEnd?: (end: StreamEnd) => void
}

const READ_BYTES = 64 * 1024
/** One for all clients of a process: what is read is used up before the next read. */
const shared = Buffer.allocUnsafe(READ_BYTES)

/** One response of an event stream, read over a socket with as little between as Node.js allows. */
export class StreamClient {
  /** When bytes last came, in milliseconds of `performance.now()`. */
  lastReadMs = 0
  /** Bytes read so far, framing included. */
  bytes = 0
  readonly #socket: Socket
  readonly #listener: StreamListener
  readonly #body: HttpBody
  #isReading = true
  #status = 0
  #state: 'open' | 'ended' | 'over' = 'open'

  constructor(
    {
      port,
      path,
      localAddress = '127.0.0.1',
      bytesPerSecond,
      lastEventId = '',
    }: StreamAddress & { readonly lastEventId?: string },
    listener: StreamListener,
  ) {
    this.#listener = listener
    const splitter = new EventSplitter((event) => {
      if (this.#state === 'open') listener.onEvent(event)
    }, listener.onRetry)
    this.#body = new HttpBody({
      onStatus: (status) => {
        this.#status = status
      },
      onBody: (text) => splitter.push(text),
      onEnd: () => {
        if (this.#state !== 'open') return
        this.#state = 'ended'
        this.#socket.destroy()
      },
    })
    const read = (length: number): boolean => {
      this.lastReadMs = performance.now()
      this.bytes += length
      this.#body.push(shared.toString('latin1', 0, length))
      if (bytesPerSecond === undefined) return this.#isReading
      setTimeout(() => this.#isReading && this.#socket.resume(), (length * 1000) / bytesPerSecond)
      return false
    }
    this.#socket = connect({
      port,
      host: '127.0.0.1',
      localAddress,
      // Neither a buffer nor an event for each read: half of what a client costs.
      onread: { buffer: shared, callback: read },
    })
    this.#socket.on('error', () => this.#socket.destroy())
    this.#socket.once('close', () => this.#close())
    const resume = lastEventId === '' ? '' : `Last-Event-ID: ${lastEventId}\r\n`
    this.#socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/event-stream\r\n${resume}\r\n`,
    )
  }

  /** Reads no more until `resume`. What was read already is handed on. */
  pause(): void {
    this.#isReading = false
    this.#socket.pause()
  }

  /** Reads on. */
  resume(): void {
    this.#isReading = true
    this.#socket.resume()
  }

  /** Leaves, without a word. */
  leave(): void {
    this.#state = 'over'
    this.#socket.destroy()
  }

  #close(): void {
    if (this.#state === 'over') return
    const isClean = this.#state === 'ended'
    this.#state = 'over'
    this.#listener.onEnd?.({ status: this.#status, isClean })
  }
}
