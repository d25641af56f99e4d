/** What can be flushed. */
export interface Flushable {
  /** Hands on what waits. */
  flush(): void
}

/** How long flushing may hold up everything else, in milliseconds: a broadcast to ten thousand sockets takes a hundred. */
const SLICE_MS = 5
/** Targets between two looks at the clock. */
const BATCH = 32

/**
 * Flushes what was written during a tick once, after it: ten events of one tick are one chunk for each client.
 *
 * One timer for all clients of a hub. Of a whole tick, not of a microtask, since `await publish(…)` in a row spans many. What is
 * written while a long row of clients is being flushed joins what waits for those that are still to come.
 */
export class FlushScheduler {
  #waiting: Flushable[] = []
  #next = 0

  /** Flushes `target` after this tick. A target asks once until it was flushed. */
  schedule(target: Flushable): void {
    if (this.#waiting.push(target) === 1) afterThisTick(this.#flushSlice)
  }

  readonly #flushSlice = (): void => {
    const endsMs = performance.now() + SLICE_MS
    // Those who ask meanwhile wait for the next tick, behind those who have waited.
    const last = this.#waiting.length
    do {
      const batchEnd = Math.min(this.#next + BATCH, last)
      while (this.#next < batchEnd) flush(this.#waiting[this.#next++] as Flushable)
    } while (this.#next < last && performance.now() < endsMs)
    this.#waiting = this.#next < this.#waiting.length ? this.#waiting.slice(this.#next) : []
    this.#next = 0
    if (this.#waiting.length > 0) afterThisTick(this.#flushSlice)
  }
}

/** Flushes a target; what it throws is the process's to hear of, and harms no other target. */
function flush(target: Flushable): void {
  try {
    target.flush()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}

// Node.js and Bun have it; elsewhere a timer of 0 ms comes as close as the platform allows.
const { setImmediate } = globalThis as { setImmediate?: (task: () => void) => unknown }

function afterThisTick(task: () => void): void {
  if (setImmediate) setImmediate(task)
  else setTimeout(task, 0)
}
