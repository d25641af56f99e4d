/** What a shutdown ends. */
interface Drainable {
  drain(): Promise<unknown>
  close(): Promise<void>
}

/** The part of Node's `process` that is used; absent on other platforms. */
interface SignalSource {
  readonly pid: number
  prependListener(signal: string, listener: (signal: Signal) => void): unknown
  removeListener(signal: string, listener: (signal: Signal) => void): unknown
  listenerCount(signal: string): number
  kill(pid: number, signal: string): unknown
  exit(code: number): unknown
}

interface Shutdown {
  readonly hubs: Set<Drainable>
  readonly stopListening: () => void
}

/** The signals that ask a process to end, and their numbers on every platform. */
const NUMBERS = { SIGTERM: 15, SIGINT: 2 } as const
type Signal = keyof typeof NUMBERS
const SIGNALS = Object.keys(NUMBERS) as Signal[]

// One per process, and not per copy of this module: bundlers make several.
const KEY = Symbol.for('millrace.shutdown')

/**
 * Has the process drain a hub when it is asked to end: servers wait for open responses, and streams never end by themselves.
 *
 * A second signal ends them at once. Where nobody else listened when the signal came, it ends the process afterwards.
 */
export function drainAtShutdown(hub: Drainable): void {
  const { process } = globalThis as { process?: Partial<SignalSource> }
  if (typeof process?.prependListener !== 'function' || typeof process.kill !== 'function') return
  const holder = globalThis as { [KEY]?: Shutdown | undefined }
  holder[KEY] ??= listen(process as SignalSource)
  holder[KEY].hubs.add(hub)
}

/** Lets go of a hub that was closed; with the last one, of the signals. */
export function forgetAtShutdown(hub: Drainable): void {
  const holder = globalThis as { [KEY]?: Shutdown | undefined }
  const shutdown = holder[KEY]
  if (!shutdown?.hubs.delete(hub) || shutdown.hubs.size > 0) return
  shutdown.stopListening()
  holder[KEY] = undefined
}

function listen(process: SignalSource): Shutdown {
  const hubs = new Set<Drainable>()
  let isDraining = false
  const onSignal = (signal: Signal): void => {
    const all = [...hubs]
    if (isDraining) return all.forEach((hub) => void hub.close().catch(() => undefined))
    isDraining = true
    // Counted now: a listener that hears one signal only is none any more when the drain is over, and at work all the same.
    const isAlone = process.listenerCount(signal) === 1
    void Promise.allSettled(all.map((hub) => hub.drain())).then(() => {
      stopListening()
      if (isAlone) endBy(signal, process)
    })
  }
  const stopListening = (): void => {
    for (const signal of SIGNALS) process.removeListener(signal, onSignal)
  }
  // Before all others, while those that hear one signal only still count.
  for (const signal of SIGNALS) process.prependListener(signal, onSignal)
  return { hubs, stopListening }
}

/** Ends the process as the signal would have, had nobody listened. */
function endBy(signal: Signal, process: SignalSource): void {
  process.kill(process.pid, signal)
  // Still here: whoever began to listen meanwhile hears it in a moment; or this is PID 1, which no unhandled signal ends.
  if (process.listenerCount(signal) === 0) process.exit(128 + NUMBERS[signal])
}
