/** Lets so many through at once, and from then on so many a second, by name. */
export interface Rate {
  /** Whether one more of this name may pass. */
  take(name: string): boolean
}

/**
 * Creates a rate.
 *
 * @param options.burst - How many may pass at once.
 * @param options.perSecond - How many more every second.
 * @param options.maxNames - How many names are remembered; the one that was longest silent makes room.
 * @param options.nowMs - The clock. Default: the process's.
 */
export function createRate({
  burst,
  perSecond,
  maxNames,
  nowMs = () => performance.now(),
}: {
  readonly burst: number
  readonly perSecond: number
  readonly maxNames: number
  readonly nowMs?: () => number
}): Rate {
  const spent = new Map<string, { readonly left: number; readonly atMs: number }>()
  return {
    take(name) {
      const atMs = nowMs()
      const before = spent.get(name) ?? { left: burst, atMs }
      const left = Math.min(burst, before.left + ((atMs - before.atMs) / 1000) * perSecond)
      if (left < 1) return false
      spent.delete(name)
      spent.set(name, { left: left - 1, atMs })
      if (spent.size > maxNames) spent.delete(spent.keys().next().value as string)
      return true
    },
  }
}
