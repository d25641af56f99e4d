/** What a shutdown ends. */
interface Drainable {
  drain(): Promise<unknown>
  close(): Promise<void>
}

/** The part of Node's `process` that is used; absent on other platforms. */
interface SignalSource {
  readonly pid: number
  on(signal: string, listener: () => void): unknown
  removeListener(signal: string, listener: () => void): unknown
  listenerCount(signal: string): number
  kill(pid: number, signal: string): unknown
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const
// One per process, and not per copy of this module: bundlers make several.
const INSTALLED = Symbol.for('millrace.shutdown')

/**
 * Has the process drain its hub when it is asked to end: servers wait for open responses, and streams never end by themselves.
 *
 * A second signal ends them at once. Where nobody else listens for the signal, it is raised again afterwards.
 */
export function installShutdown(hub: Drainable): void {
  const { process } = globalThis as { process?: Partial<SignalSource> }
  if (typeof process?.on !== 'function' || typeof process.kill !== 'function') return
  const installed = process as SignalSource & { [INSTALLED]?: WeakSet<Drainable> }
  const hubs = (installed[INSTALLED] ??= new WeakSet())
  if (hubs.has(hub)) return
  hubs.add(hub)
  for (const signal of SIGNALS) listen(installed, signal, hub)
}

function listen(process: SignalSource, signal: string, hub: Drainable): void {
  let isDraining = false
  const onSignal = (): void => {
    if (isDraining) return void hub.close()
    isDraining = true
    void hub.drain().finally(() => {
      process.removeListener(signal, onSignal)
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
    })
  }
  process.on(signal, onSignal)
}
