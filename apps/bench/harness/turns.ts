/**
 * Watches how long each turn of the event loop takes. It keeps the loop turning without a rest meanwhile, so that no CPU time
 * can be measured beside it; and to the microsecond, where a timer's lateness is known to the millisecond.
 *
 * @returns A function that stops, and returns the longest turn, in milliseconds.
 */
export function watchTurns(): () => number {
  let longestMs = 0
  let lastMs = performance.now()
  let isWatching = true
  const note = (): void => {
    const nowMs = performance.now()
    longestMs = Math.max(longestMs, nowMs - lastMs)
    lastMs = nowMs
  }
  const look = (): void => {
    if (!isWatching) return
    note()
    setImmediate(look)
  }
  setImmediate(look)
  return () => {
    isWatching = false
    // Asked for in the middle of a turn, which may be the longest.
    note()
    return longestMs
  }
}
