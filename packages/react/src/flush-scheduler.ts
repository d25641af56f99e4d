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

  function turn(): void {
    clearTimeout(timer)
    if (frame) cancelAnimationFrame(frame)
    flushedAtMs = waiting.size && Date.now()
    if (!flushedAtMs) return
    const due = [...waiting]
    waiting.clear()
    // A race, since a frame asked for while visible never comes when the document is hidden before it.
    frame = globalThis.requestAnimationFrame?.(turn)
    timer = setTimeout(turn, frame ? HIDDEN_MS : FRAME_MS)
    for (const flush of due) flush()
  }

  return {
    schedule(flush) {
      waiting.add(flush)
      // A timer that is late does not hold up news: those of hidden documents may be, and a test may have taken its clock away.
      if (Math.abs(Date.now() - flushedAtMs) <= HIDDEN_MS) return
      flushedAtMs = Date.now()
      queueMicrotask(turn)
    },
  }
}

/** The scheduler that all components use. */
export const scheduler: FlushScheduler = createFlushScheduler()
