/** What one look at the machine found. */
export interface Measurement {
  /** When it was measured, in milliseconds since 1970. */
  readonly atMs: number
  /** How busy each core was since the last reading, in percent. */
  readonly coresBusy: readonly number[]
  /** Memory in use, in bytes. */
  readonly memoryUsedBytes: number
  /** Memory in all, in bytes. */
  readonly memoryTotalBytes: number
  /** The load average of the last minute: how many tasks ran or wanted to run. */
  readonly loadAverage: number
  /** The longest that this server's event loop was held up since the last reading, in milliseconds. */
  readonly loopDelayMs: number
}

/** A measurement in its place among the others. */
export interface Reading extends Measurement {
  /** The run that it belongs to: a name of its own for every beginning. */
  readonly run: string
  /** The running number within the run: 1, 2, 3 … It lets the page count losses without trusting the stream's positions. */
  readonly n: number
}

/** How often the machine is measured, in milliseconds. */
export const READING_INTERVAL_MS = 250

/** How many readings the page keeps, and the server sends a new visitor: one minute of them. */
export const WINDOW_READINGS = 240
