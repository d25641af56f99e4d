import { READING_INTERVAL_MS, WINDOW_READINGS, type Reading } from '../lib/reading.ts'

/** A reading on the page, and how it got there. */
export interface KeptReading extends Reading {
  /**
   * `history`: it was there before the page was · `live`: as it was measured · `recovered`: published while the connection
   * was cut, and fetched from the server's log afterwards.
   */
  readonly arrival: 'history' | 'live' | 'recovered'
}

/** The readings of the last minute. */
export interface ReadingWindow {
  /** Oldest first. */
  readonly readings: readonly KeptReading[]
  /** Whether the page has ever caught up with the present: whatever is replayed from then on was recovered. */
  readonly caughtUp: boolean
}

/** The window before anything arrived. */
export const emptyWindow: ReadingWindow = { readings: [], caughtUp: false }

/**
 * Adds a reading to the window and lets go of what is older than a minute.
 *
 * @param window - The readings so far.
 * @param event - The reading as it arrived.
 */
export function addReading(
  window: ReadingWindow,
  event: { readonly data: Reading; readonly replayed: boolean },
): ReadingWindow {
  const arrival = !event.replayed ? 'live' : window.caughtUp ? 'recovered' : 'history'
  const fromMs = event.data.atMs - WINDOW_READINGS * READING_INTERVAL_MS
  // By time, since a server that was down has left a hole; by number, too, since its clock may be set back.
  const kept = window.readings.slice(1 - WINDOW_READINGS).filter(({ atMs }) => atMs > fromMs)
  return {
    readings: [...kept, { ...event.data, arrival }],
    caughtUp: window.caughtUp || !event.replayed,
  }
}
