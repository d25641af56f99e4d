import { type Block, SIGN_OF_LIFE } from '../queue/block.ts'
import type { OutputQueue } from '../queue/output-queue.ts'
import type { QueueBudget, QueueOwner } from '../queue/queue-budget.ts'
import { signalOf } from './client-signal.ts'
import type { FlushScheduler, Flushable } from './flush-scheduler.ts'
import { BodySink, type Sink } from './sink.ts'

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
 * | `over-budget` | all queues together passed the process's limit, and this client's was the longest |
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
  | 'over-budget'
  | 'stalled'
  | 'broken'
  | 'unavailable'

/** What a session needs. */
export interface SessionOptions {
  /** What waits for the client, and what is given up of it when the client is slow. */
  readonly queue: OutputQueue
  /** Bytes that may wait for the client. */
  readonly maxQueueBytes: number
  /** What may wait for all clients together. */
  readonly budget: QueueBudget
  /** Flushes all sessions of a hub after each tick. */
  readonly scheduler: FlushScheduler
  /** Its signal is one of the ways in which a client is seen to go, and lives as long as the request. */
  readonly request: Request
}

/** Bytes of a chunk that is handed on, about. What is handed on is out of the queue's reach, so it is not more than a socket takes. */
const CHUNK_BYTES = 64 * 1024

const sessions = new WeakMap<ReadableStream, Session>()

/** The session behind a body, as long as it lives and nobody reads the body; the last word of one that ended is in the body. */
export function unreadSessionOf(body: ReadableStream): Session | undefined {
  const session = body.locked ? undefined : sessions.get(body)
  return session?.hasEnded ? undefined : session
}

/**
 * One response body: a queue of blocks that the client pulls from, and an end that is the same for every cause.
 */
export class Session implements Flushable, QueueOwner {
  /** When the client last took something, in milliseconds of `performance.now()`. */
  lastTakenMs: number = performance.now()
  readonly #queue: OutputQueue
  readonly #maxQueueBytes: number
  readonly #budget: QueueBudget
  readonly #scheduler: FlushScheduler
  /** Made when somebody asks for its signal: of most streams nobody does. */
  #abort: AbortController | undefined
  // Made by `concat` and `slice`: an array that was pushed to, by a spread or a filter as well, has room for 17, and this one is kept.
  #onEnd: ReadonlyArray<(cause: EndCause) => void> = []
  #sink: Sink
  /** Until chunks are led elsewhere: a stream that nobody reads is 2 KB for nothing. */
  #body: ReadableStream<Uint8Array> | undefined
  #request: Request | undefined
  #isScheduled = false
  #isHeld = false
  #wakeWriter: (() => void) | undefined
  /** What of the queue is in the budget. */
  #countedBytes = 0
  #cause: EndCause | undefined

  constructor(options: SessionOptions) {
    this.#queue = options.queue
    this.#maxQueueBytes = options.maxQueueBytes
    this.#budget = options.budget
    this.#scheduler = options.scheduler
    const sink = new BodySink({ onAsked: () => this.flush(), onCancel: () => this.#end('cancelled') })
    this.#sink = sink
    this.#body = sink.body
    sessions.set(sink.body, this)
    const { request } = options
    // Both, since neither is certain: a body that nobody began to read is never cancelled.
    const signal = signalOf(request)
    if (signal.aborted) this.end('cancelled')
    else {
      this.#request = request
      signal.addEventListener('abort', this, { once: true })
    }
  }

  /** The response's body. */
  get body(): ReadableStream<Uint8Array> {
    if (this.#body) return this.#body
    throw new TypeError('the session has no body: its chunks are led elsewhere')
  }

  /** Aborted when the session ends, with the cause as reason. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController()
    if (this.#cause) this.#abort.abort(this.#cause)
    return this.#abort.signal
  }

  /** Called when the request was aborted. */
  handleEvent(): void {
    this.end('cancelled')
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
    return this.#queue.size > 0 && !this.#isScheduled && !this.#isHeld
  }

  /** Whether nothing waits: every block written was handed to the client. */
  get isDrained(): boolean {
    return this.#queue.size === 0
  }

  /** Bytes that wait. */
  get queuedBytes(): number {
    return this.#queue.bytes
  }

  /** Whether a block of so many bytes leaves half of what may wait free: if not, a writer that can wait does so. */
  hasRoomFor(bytes: number): boolean {
    return this.isDrained || this.queuedBytes + bytes <= this.#maxQueueBytes / 2
  }

  /** Forgets a listener of {@link onEnd}. */
  offEnd(listener: (cause: EndCause) => void): void {
    this.#onEnd = this.#onEnd.filter((each) => each !== listener).slice()
  }

  /** Runs `listener` when the session ends; at once if it has. */
  onEnd(listener: (cause: EndCause) => void): void {
    if (this.#cause) listener(this.#cause)
    else this.#onEnd = this.#onEnd.concat(listener)
  }

  /** Writes a block; it leaves with all others of this tick. Ends the session as `slow` when too much waits, and none of it can be given up. */
  write(block: Block): void {
    if (this.hasEnded) return
    this.#queue.push(block)
    this.#count()
    if (this.#isOverLimit() && !this.#isHeld) {
      this.flush()
      if (this.#isOverLimit()) this.#makeRoom()
    }
    if (this.hasEnded || this.#isScheduled || this.#isHeld) return
    this.#isScheduled = true
    this.#scheduler.schedule(this)
  }

  /** Gives a sign of life; before what is held, since a comment belongs between any two blocks. */
  beat(): void {
    if (this.hasEnded) return
    if (!this.#isHeld || !this.#sink.takesMore) return this.write(SIGN_OF_LIFE)
    this.lastTakenMs = performance.now()
    this.#sink.write(SIGN_OF_LIFE.bytes)
  }

  /** Leads chunks elsewhere than to the body, which nobody has begun to read and nobody can any more. */
  connect(sink: Sink): void {
    this.body.getReader()
    this.#body = undefined
    this.#letGoOfRequest()
    this.#sink = sink
    this.flush()
  }

  /** Ends the session of a client that is gone. */
  leave(): void {
    this.#end('cancelled')
  }

  /** Hands on nothing from here on, and lets wait what comes, until `release`. What was written before leaves first. */
  hold(): void {
    this.flush()
    this.#isHeld = true
  }

  /** Hands on again. */
  release(): void {
    this.#isHeld = false
    this.flush()
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
    if (this.hasEnded || this.#isHeld) return
    const queue = this.#queue
    while (queue.size > 0 && this.#sink.takesMore) {
      this.lastTakenMs = performance.now()
      const chunk = queue.take(CHUNK_BYTES)
      this.#count()
      // An observer that is told of a gap may end the stream over it.
      if (this.#cause) return
      this.#sink.write(chunk)
    }
    if (this.#takesMore()) this.#wake()
  }

  /** Ends the session. What waits is dropped, but for a last block; a client resumes behind what it got. */
  end(cause: EndCause, lastBlock?: Uint8Array): void {
    if (this.hasEnded) return
    if (lastBlock) this.#sink.write(lastBlock)
    this.#sink.close()
    this.#end(cause)
  }

  #end(cause: EndCause): void {
    if (this.hasEnded) return
    this.#cause = cause
    this.#count()
    this.#letGoOfRequest()
    this.#abort?.abort(cause)
    this.#wake()
    const listeners = this.#onEnd
    this.#onEnd = []
    for (const listener of listeners) listener(cause)
  }

  #letGoOfRequest(): void {
    if (this.#request) signalOf(this.#request).removeEventListener('abort', this)
    this.#request = undefined
  }

  #makeRoom(): void {
    const hasRoom = this.#queue.makeRoom(this.#maxQueueBytes)
    this.#count()
    if (!hasRoom) this.end('slow')
  }

  /** Counts what a change of the queue came to. May end the session, if it is the worst when all are too many. */
  #count(): void {
    const queue = this.#queue
    // Also where the session ended during the change: a `key` of the application's may do anything.
    if (this.#cause) queue.clear()
    const change = queue.bytes - this.#countedBytes
    this.#countedBytes = queue.bytes
    this.#budget.change(change)
  }

  /** A single block is never too much: no client could be blamed for what it was not offered. */
  #isOverLimit(): boolean {
    return this.#queue.size > 1 && this.queuedBytes > this.#maxQueueBytes
  }

  #takesMore(): boolean {
    return this.#queue.size === 0 && this.#sink.takesMore
  }

  #wake(): void {
    this.#wakeWriter?.()
    this.#wakeWriter = undefined
  }
}
