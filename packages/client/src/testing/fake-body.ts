/** The body of one response, as the test sends it. A byte is on its way until the client asks for it. */
export interface FakeBody {
  /** What the client reads. */
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>
  /** Whether more can be sent: the client reads, and the server has not ended. */
  readonly isOpen: boolean
  /** Sends bytes, as one chunk. Does nothing once the body is not open. */
  write(bytes: Uint8Array<ArrayBuffer>): void
  /** Ends in good order, behind what was sent. */
  close(): void
  /** Breaks off once so many more bytes were sent, and loses what comes behind them. */
  cut(afterBytes: number): void
  /** Keeps what is sent on its way, or lets it arrive again. */
  hold(isHeld: boolean): void
  /** Ends, since the client has aborted its request. */
  abort(reason: unknown): void
}

/**
 * Creates a body. It has no timer: what is sent arrives as soon as it is read.
 *
 * @param options.onActivity - Called whenever something is read, or reading ends.
 */
export function createFakeBody({ onActivity }: { readonly onActivity: () => void }): FakeBody {
  const queue: Uint8Array<ArrayBuffer>[] = []
  let controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined
  /** What the server did last; nobody sends behind it. */
  let ending: 'none' | 'close' | 'cut' | 'left' = 'none'
  let isHeld = false
  let isAskedFor = false
  let bytesUntilCut = Infinity

  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start: (given) => {
        controller = given
      },
      pull: () => {
        isAskedFor = true
        onActivity()
        deliver()
      },
      cancel: () => leave(),
    },
    // Nothing is taken before somebody reads, so that a cut loses nothing that came before it.
    { highWaterMark: 0 },
  )

  function deliver(): void {
    if (isHeld || !isAskedFor) return
    const chunk = queue.shift()
    if (chunk) {
      isAskedFor = false
      controller?.enqueue(chunk)
    } else if (ending === 'close') controller?.close()
    else if (ending === 'cut') controller?.error(new TypeError('the connection was cut'))
  }

  function leave(): void {
    ending = 'left'
    queue.length = 0
    onActivity()
  }

  function end(how: 'close' | 'cut'): void {
    ending = how
    deliver()
  }

  return {
    stream,
    get isOpen() {
      return ending === 'none'
    },
    write(bytes) {
      if (ending !== 'none') return
      const chunk = bytes.subarray(0, bytesUntilCut)
      bytesUntilCut -= chunk.length
      if (chunk.length > 0) queue.push(chunk)
      if (bytesUntilCut === 0) end('cut')
      else deliver()
    },
    close() {
      if (ending === 'none') end('close')
    },
    cut(afterBytes) {
      if (ending !== 'none') return
      if (afterBytes > 0) {
        bytesUntilCut = afterBytes
        return
      }
      // What a connection holds when it breaks never arrives.
      if (isHeld) queue.length = 0
      isHeld = false
      end('cut')
    },
    hold(given) {
      isHeld = given
      deliver()
    },
    abort(reason) {
      if (ending !== 'left') controller?.error(reason)
      leave()
    },
  }
}
