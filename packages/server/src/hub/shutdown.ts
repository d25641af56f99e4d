/** What a shutdown ends. */
interface Drainable {
  drain(): Promise<unknown>
  close(): Promise<void>
}

/** The part of Node's `process` that is used; absent on other platforms. */
interface SignalSource {
  readonly pid: number
  on(signal: string, listener: (signal: string) => void): unknown
  removeListener(signal: string, listener: (signal: string) => void): unknown
  listenerCount(signal: string): number
  kill(pid: number, signal: string): unknown
}

interface Shutdown {
  readonly hubs: Set<Drainable>
  readonly stopListening: () => void
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const
// One per process, and not per copy of this module: bundlers make several.
const KEY = Symbol.for('millrace.shutdown')

/**
 * Has the process drain a hub when it is asked to end: servers wait for open responses, and streams never end by themselves.
 *
 * A second signal ends them at once. Where nobody else listens for the signal, it is raised again afterwards.
 */
export function drainAtShutdown(hub: Drainable): void {
  const { process } = globalThis as { process?: Partial<SignalSource> }
  if (typeof process?.on !== 'function' || typeof process.kill !== 'function') return
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
  const onSignal = (signal: string): void => {
    const all = [...hubs]
    if (isDraining) return all.forEach((hub) => void hub.close().catch(() => undefined))
    isDraining = true
    void Promise.allSettled(all.map((hub) => hub.drain())).then(() => {
      stopListening()
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
    })
  }
  const stopListening = (): void => {
    for (const signal of SIGNALS) process.removeListener(signal, onSignal)
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return { hubs, stopListening }
}
