import type { FlushScheduler, Flushable } from './flush-scheduler.ts'

/** How long loops that never wait may go on, all together, before everything else has its turn, in milliseconds. */
const TURN_MS = 5

/**
 * Has loops that may never wait give way. A source that has all its events at hand, read by a client that takes all it is given, goes
 * on from promise to promise: 300,000 events held up the whole process for 2.7 seconds.
 */
export class SharedTurn implements Flushable {
  readonly #scheduler: FlushScheduler
  /** When this turn is over, in milliseconds of `performance.now()`; `undefined` until somebody goes on in it. */
  #endsMs: number | undefined

  constructor(scheduler: FlushScheduler) {
    this.#scheduler = scheduler
  }

  /** To be awaited before each step: resolves once everything else had its turn, if this one is over. */
  giveWay(): Promise<void> | undefined {
    const nowMs = performance.now()
    if (this.#endsMs === undefined) {
      this.#endsMs = nowMs + TURN_MS
      this.#scheduler.schedule(this)
    }
    if (nowMs < this.#endsMs) return undefined
    return new Promise((resolve) => this.#scheduler.schedule({ flush: resolve }))
  }

  /** Begins the next turn. */
  flush(): void {
    this.#endsMs = undefined
  }
}
