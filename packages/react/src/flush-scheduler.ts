/** How long news may wait where no frame comes, in milliseconds: animation frames stop while a document is hidden. */
const HIDDEN_MS = 250
/** The length of a frame, in milliseconds, on platforms that have none. */
const FRAME_MS = 16

/** Calls back no oftener than a screen can show, however fast events come. */
export interface FlushScheduler {
  /**
   * Asks for one call: at the end of this task when nothing was flushed lately, else with the next animation frame, or
   * after 250 ms while the document is hidden. Asking again before that call changes nothing.
   */
  schedule(flush: () => void): void
}

/** Makes a scheduler. All components share one, so that what one frame changed is one render. */
export function createFlushScheduler(): FlushScheduler {
  const waiting = new Set<() => void>()
  let phase: 'idle' | 'busy' = 'idle'

  function turn(): void {
    if (waiting.size === 0) {
      phase = 'idle'
      return
    }
    const due = [...waiting]
    waiting.clear()
    onNextFrame(turn)
    for (const flush of due) flush()
  }

  return {
    schedule(flush) {
      waiting.add(flush)
      if (phase === 'busy') return
      phase = 'busy'
      queueMicrotask(turn)
    },
  }
}

function onNextFrame(callback: () => void): void {
  const isHidden = typeof document !== 'undefined' && document.hidden
  const hasFrames = typeof requestAnimationFrame === 'function'
  if (isHidden || !hasFrames) {
    setTimeout(callback, isHidden ? HIDDEN_MS : FRAME_MS)
    return
  }
  // A race, since a frame asked for while visible never comes when the document is hidden before it.
  const run = (): void => {
    clearTimeout(timer)
    cancelAnimationFrame(frame)
    callback()
  }
  const timer = setTimeout(run, HIDDEN_MS)
  const frame = requestAnimationFrame(run)
}

/** The scheduler that all components use. */
export const scheduler: FlushScheduler = createFlushScheduler()
