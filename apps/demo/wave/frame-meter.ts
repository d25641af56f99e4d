/** What a {@link FrameMeter} counted. */
export interface FrameFigures {
  /** For how long it counted, in milliseconds. */
  readonly elapsedMs: number
  /** Frames that the browser drew. */
  readonly frames: number
  /** The longest time from a frame to the next one, in milliseconds. */
  readonly longestFrameMs: number
  /** Renders of all components that are counted. */
  readonly renders: number
}

/** Counts frames and renders. Counting renders nothing itself: whoever shows the figures asks for them. */
export interface FrameMeter {
  /** Counts frames until the function that it returns is called. */
  readonly start: () => () => void
  readonly countRender: () => void
  readonly read: () => FrameFigures
}

/** Creates a meter that has counted nothing. */
export function createFrameMeter(): FrameMeter {
  let figures: FrameFigures = { elapsedMs: 0, frames: 0, longestFrameMs: 0, renders: 0 }
  return {
    start() {
      let last = performance.now()
      const drawn = (atMs: number): void => {
        // The first frame may have begun before the clock was read.
        const frameMs = Math.max(0, atMs - last)
        last = atMs
        figures = {
          ...figures,
          elapsedMs: figures.elapsedMs + frameMs,
          frames: figures.frames + 1,
          longestFrameMs: Math.max(figures.longestFrameMs, frameMs),
        }
        handle = requestAnimationFrame(drawn)
      }
      let handle = requestAnimationFrame(drawn)
      return () => cancelAnimationFrame(handle)
    },
    countRender() {
      figures = { ...figures, renders: figures.renders + 1 }
    },
    read: () => figures,
  }
}
