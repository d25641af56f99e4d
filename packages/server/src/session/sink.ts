/** Where a session's chunks go, at the pace at which they are taken. */
export interface Sink {
  /** Whether another chunk is wanted now. */
  readonly takesMore: boolean
  /** Takes a chunk. Shared by all clients: never to be changed or transferred. */
  write(chunk: Uint8Array): void
  /** Ends it, in good order. */
  close(): void
}

/** Where a body leads: to whoever reads it. */
export class BodySink implements Sink {
  /** The stream that is read. */
  readonly body: ReadableStream<Uint8Array>
  readonly #controller: ReadableStreamDefaultController<Uint8Array>
  #isAsked = false

  /**
   * @param source - `onAsked`: called when a reader waits. `onCancel`: called when it went away.
   */
  constructor({ onAsked, onCancel }: { readonly onAsked: () => void; readonly onCancel: () => void }) {
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined
    const pull = (): void => {
      this.#isAsked = true
      onAsked()
    }
    const start = (opened: ReadableStreamDefaultController<Uint8Array>): void => {
      controller = opened
    }
    // Without a buffer of its own: until somebody reads, everything is where policies for slow clients reach it.
    this.body = new ReadableStream({ start, pull, cancel: onCancel }, { highWaterMark: 0 })
    // [Streams 4.2.4] `start` runs inside the constructor; the compiler cannot know.
    this.#controller = controller as unknown as ReadableStreamDefaultController<Uint8Array>
  }

  get takesMore(): boolean {
    return this.#isAsked
  }

  write(chunk: Uint8Array): void {
    this.#isAsked = false
    this.#controller.enqueue(chunk)
  }

  close(): void {
    this.#controller.close()
  }
}
