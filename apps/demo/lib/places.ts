/** A bounded number of places. */
export interface Places {
  /**
   * Takes a place until a signal aborts; with a signal that has aborted already, it is free again at once.
   *
   * @returns A function that gives it back earlier; `undefined` where all are taken.
   */
  take(signal: AbortSignal): (() => void) | undefined
}

/** Creates so many places. */
export function createPlaces(most: number): Places {
  const taken = new Set<AbortSignal>()
  return {
    take(signal) {
      if (taken.size >= most) return undefined
      const leave = (): void => void taken.delete(signal)
      // A signal that has aborted tells nobody any more: its place would be taken for ever.
      if (signal.aborted) return leave
      taken.add(signal)
      signal.addEventListener('abort', leave, { once: true })
      return leave
    },
  }
}
