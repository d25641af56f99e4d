import { monitorEventLoopDelay } from 'node:perf_hooks'

/** What a process costs at one moment. Memory in bytes, CPU time in microseconds since its start. */
export interface ProcessFigures {
  readonly rss: number
  readonly heapUsed: number
  readonly external: number
  /** Part of `external`: where Node.js keeps the bytes of typed arrays and buffers. */
  readonly arrayBuffers: number
  readonly cpuUserUs: number
  readonly cpuSystemUs: number
  /** The longest that the event loop was held since the figures were last read, in milliseconds. */
  readonly longestTurnMs: number
}

const RESOLUTION_MS = 5
let turns: ReturnType<typeof monitorEventLoopDelay> | undefined

/** Reads the figures of this process. */
export function readProcessFigures(): ProcessFigures {
  turns ??= startTurns()
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  const longestTurnMs = Math.max(turns.max / 1e6 - RESOLUTION_MS, 0)
  turns.reset()
  return { rss, heapUsed, external, arrayBuffers, cpuUserUs: user, cpuSystemUs: system, longestTurnMs }
}

/** Collects all garbage, and gives back what it took; the process needs `--expose-gc`. */
export function collectGarbage(): void {
  const { gc } = globalThis as { gc?: (options: object) => void }
  if (!gc) throw new Error('this process was not started with --expose-gc')
  // The kind that V8 does when memory runs out: after any other, pages that are empty for now still count as resident. Twice: what
  // the first one finalises is freed by the second.
  for (let times = 0; times < 2; times++) gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}

function startTurns(): ReturnType<typeof monitorEventLoopDelay> {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  return histogram
}
