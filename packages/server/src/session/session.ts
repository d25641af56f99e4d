import type { FlushScheduler, Flushable } from './flush-scheduler.ts'
import { OutputQueue } from './output-queue.ts'

/**
 * Why a session ended.
 *
 * | cause | meaning |
 * |---|---|
 * | `cancelled` | the client went away: the body was cancelled or the request aborted |
 * | `done`, `failed` | a one-shot source finished, or threw |
 * | `lifetime` | the route's lifetime is over |
 * | `drained` | the hub is shutting down |
 * | `revoked`, `expired` | the authorisation ended |
 * | `slow` | the client reads too slowly: its queue passed its limit |
 * | `stalled` | the client read nothing for the write timeout |
 * | `broken` | the log broke off; a resume has to judge |
 * | `unavailable` | the backplane failed |
 */
export type EndCause =
  | 'cancelled'
  | 'done'
  | 'failed'
  | 'lifetime'
  | 'drained'
  | 'revoked'
  | 'expired'
  | 'slow'
  | 'stalled'
  | 'broken'
  | 'unavailable'

/** Limits of a session. */
export interface SessionLimits {
  /** Bytes that may wait for the client. */
  readonly maxQueueBytes: number
}

/** What a session needs. */
export interface SessionOptions {
  /** Limits. */
  readonly limits: SessionLimits
  /** Flushes all sessions of a hub after each tick. */
  readonly scheduler: FlushScheduler
  /** The request's signal: one of the ways in which a client is seen to go. */
  readonly requestSignal: AbortSignal
}

/**
 * One response body: a queue of blocks that the client pulls from, and an end that is the same for every cause.
 */
export class Session implements Flushable {
  /** The response's body. */
  readonly body: ReadableStream<Uint8Array>
  /** Aborted when the session ends, with the cause as reason. */
  readonly signal: AbortSignal
  /** When the client last took something, in milliseconds of `performance.now()`. */
  lastTakenMs: number = performance.now()
  readonly #options: SessionOptions
  readonly #abort = new AbortController()
  readonly #queue = new OutputQueue()
  readonly #onEnd: Array<(cause: EndCause) => void> = []
  readonly #controller: ReadableStreamDefaultController<Uint8Array>
  #isScheduled = false
  #wakeWriter: (() => void) | undefined
  #cause: EndCause | undefined

  constructor(options: SessionOptions) {
    this.#options = options
    this.signal = this.#abort.signal
    const { body, controller } = openBody({ pull: () => this.flush(), cancel: () => this.#end('cancelled') })
    this.body = body
    this.#controller = controller
    const { requestSignal } = options
    const onAbort = (): void => this.end('cancelled')
    // Both, since neither is certain: a body that nobody began to read is never cancelled.
    if (requestSignal.aborted) onAbort()
    else {
      requestSignal.addEventListener('abort', onAbort, { once: true })
      this.onEnd(() => requestSignal.removeEventListener('abort', onAbort))
    }
  }

  /** Why the session ended; `undefined` while it lives. */
  get cause(): EndCause | undefined {
    return this.#cause
  }

  /** Whether the session is over. */
  get hasEnded(): boolean {
    return this.#cause !== undefined
  }

  /** Whether bytes wait that the client does not take. */
  get isBehind(): boolean {
    return !this.#queue.isEmpty && !this.#isScheduled
  }

  /** Whether nothing waits: every block written was handed to the client. */
  get isDrained(): boolean {
    return this.#queue.isEmpty
  }

  /** Whether half of what may wait does: the moment for a writer that can wait to do so. */
  get isFull(): boolean {
    return this.#queue.bytes > this.#options.limits.maxQueueBytes / 2
  }

  /** Runs `listener` when the session ends; at once if it has. */
  onEnd(listener: (cause: EndCause) => void): void {
    if (this.#cause) listener(this.#cause)
    else this.#onEnd.push(listener)
  }

  /** Writes a block; it leaves with all others of this tick. Ends the session as `slow` when too much waits. */
  write(block: Uint8Array): void {
    if (this.hasEnded) return
    this.#queue.push(block)
    if (this.#isOverLimit()) {
      this.flush()
      if (this.#isOverLimit()) return this.end('slow')
    }
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#options.scheduler.schedule(this)
  }

  /** Resolves when the client takes more and nothing waits, or the session ended. Flushes at once: one writer at a time. */
  ready(): Promise<void> {
    this.flush()
    if (this.hasEnded || this.#takesMore()) return Promise.resolve()
    return new Promise((resolve) => {
      this.#wakeWriter = resolve
    })
  }

  /** Hands what waits to the client, if it takes any. */
  flush(): void {
    this.#isScheduled = false
    if (this.hasEnded) return
    if ((this.#controller.desiredSize ?? 0) > 0 && !this.#queue.isEmpty) {
      this.lastTakenMs = performance.now()
      this.#controller.enqueue(this.#queue.takeAll())
    }
    if (this.#takesMore()) this.#wake()
  }

  /** Ends the session. What waits is dropped, but for a last block; a client resumes behind what it got. */
  end(cause: EndCause, lastBlock?: Uint8Array): void {
    if (this.hasEnded) return
    if (lastBlock) this.#controller.enqueue(lastBlock)
    this.#controller.close()
    this.#end(cause)
  }

  #end(cause: EndCause): void {
    if (this.hasEnded) return
    this.#cause = cause
    this.#queue.clear()
    this.#abort.abort(cause)
    this.#wake()
    for (const listener of this.#onEnd.splice(0)) listener(cause)
  }

  /** A single block is never too much: no client could be blamed for what it was not offered. */
  #isOverLimit(): boolean {
    return this.#queue.size > 1 && this.#queue.bytes > this.#options.limits.maxQueueBytes
  }

  #takesMore(): boolean {
    return this.#queue.isEmpty && (this.#controller.desiredSize ?? 0) > 0
  }

  #wake(): void {
    this.#wakeWriter?.()
    this.#wakeWriter = undefined
  }
}

function openBody(source: { pull: () => void; cancel: () => void }): {
  body: ReadableStream<Uint8Array>
  controller: ReadableStreamDefaultController<Uint8Array>
} {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  const start = (opened: ReadableStreamDefaultController<Uint8Array>): void => {
    controller = opened
  }
  const body = new ReadableStream<Uint8Array>({ ...source, start })
  // [Streams 4.2.4] `start` runs inside the constructor; the compiler cannot know.
  return { body, controller: controller as unknown as ReadableStreamDefaultController<Uint8Array> }
}
