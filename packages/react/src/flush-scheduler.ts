import { FRAME_MS, HIDDEN_MS } from './policy.ts'

/** Calls back no oftener than a screen can show, however fast events come. */
export interface FlushScheduler {
  /**
   * Asks for one call: at the end of this task when nothing was flushed lately, else with the next animation frame, or
   * after 250 ms where none comes. Asking again before that call changes nothing.
   */
  schedule(flush: () => void): void
}

/** Makes a scheduler. All components share one, so that what one frame changed is one render. */
export function createFlushScheduler(): FlushScheduler {
  const waiting = new Set<() => void>()
  /** When the last flush was, in milliseconds since the epoch; 0 after a frame without news. */
  let flushedAtMs = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let frame: number | undefined

  function awaitTurn(): void {
    clearTimeout(timer)
    if (frame) cancelAnimationFrame(frame)
    if (!flushedAtMs) return
    // A race, since a frame asked for while visible never comes when the document is hidden before it.
    frame = globalThis.requestAnimationFrame?.(turn)
    timer = setTimeout(turn, frame ? HIDDEN_MS : FRAME_MS)
  }

  function turn(): void {
    const due = [...waiting]
    waiting.clear()
    flushedAtMs = due.length && Date.now()
    awaitTurn()
    for (const flush of due) flush()
  }

  return {
    schedule(flush) {
      // A timer that is late does not hold up news: those of hidden documents may be.
      if (Math.abs(Date.now() - flushedAtMs) > HIDDEN_MS) {
        flushedAtMs = Date.now()
        queueMicrotask(turn)
        // Asked for anew, since a test may have taken away the clock that it was asked of.
      } else if (!waiting.has(flush)) awaitTurn()
      waiting.add(flush)
    },
  }
}

/** The scheduler that all components use. */
export const scheduler: FlushScheduler = createFlushScheduler()
