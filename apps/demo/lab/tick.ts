/** An event of the lab. */
export interface Tick {
  /** Its number: 1, 2, 3 … for as long as the lab lives. Whoever counts needs nothing else to find a hole. */
  readonly n: number
}

/** How often a lab publishes, in milliseconds. */
export const TICK_MS = 50
