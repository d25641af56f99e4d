/** What can be flushed. */
export interface Flushable {
  /** Hands on what waits. */
  flush(): void
}

/**
 * Flushes what was written during a tick once, after it: ten events of one tick are one chunk for each client.
 *
 * One timer for all clients of a hub. Of a whole tick, not of a microtask, since `await publish(…)` in a row spans many.
 */
export class FlushScheduler {
  #waiting: Flushable[] = []

  /** Flushes `target` after this tick. A target asks once until it was flushed. */
  schedule(target: Flushable): void {
    if (this.#waiting.push(target) === 1) afterThisTick(() => this.#flushAll())
  }

  #flushAll(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const target of waiting) target.flush()
  }
}

// Node.js and Bun have it; elsewhere a timer of 0 ms comes as close as the platform allows.
const { setImmediate } = globalThis as { setImmediate?: (task: () => void) => unknown }

function afterThisTick(task: () => void): void {
  if (setImmediate) setImmediate(task)
  else setTimeout(task, 0)
}
