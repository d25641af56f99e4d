/** What can be flushed. */
export interface Flushable {
  /** Hands on what waits; or a part of it, and asks again. */
  flush(): void
}

/** How long flushing may hold up everything else, in milliseconds: a broadcast to ten thousand sockets takes a hundred. */
const SLICE_MS = 5
/**
 * Targets of a slice at the most. What a body's reader does with a chunk is not done yet when its session has flushed: in Next.js
 * it takes 30 µs, of which a slice that looked at the clock alone would ask for a thousand times.
 */
const SLICE_TARGETS = 256

/**
 * Flushes what was written during a tick once, after it: ten events of one tick are one chunk for each client.
 *
 * One timer for all feeds and clients of a hub. Of a whole tick, not of a microtask, since `await publish(…)` in a row spans
 * many. A long row is flushed in slices, and everything else of the process has its turn in between. What is written meanwhile
 * joins what waits for those that are still to come.
 */
export class FlushScheduler {
  #waiting: Flushable[] = []

  /** Flushes `target` after this tick, behind all who asked before. A target asks once until it was flushed. */
  schedule(target: Flushable): void {
    if (this.#waiting.push(target) === 1) afterThisTick(this.#flushSlice)
  }

  readonly #flushSlice = (): void => {
    const waiting = this.#waiting
    const endsMs = performance.now() + SLICE_MS
    let next = 0
    do flush(waiting[next++] as Flushable)
    while (next < waiting.length && next < SLICE_TARGETS && performance.now() < endsMs)
    this.#waiting = waiting.slice(next)
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
