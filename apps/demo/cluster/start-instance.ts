import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Listening } from './instance.ts'

const SERVE = join(import.meta.dirname, '../serve.ts')
/** A little more than the hub's own `drainMs`. */
const ENDS_WITHIN_MS = 15_000

/** A process that serves the demo on a port of its own. */
export interface Instance {
  readonly name: string
  readonly port: number
  readonly pid: number
  /** Resolves when the process has ended. */
  readonly ended: Promise<Exit>
}

/** How a process ended: by itself, with a code, or by a signal. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/**
 * Starts an instance, and resolves when it listens.
 *
 * @param name - What it calls itself on its responses, and what its lines of output begin with.
 * @param ending - Ends it in good order, and by force if that takes longer than 15 seconds.
 * @throws {Error} If it ends before it listens.
 */
export async function startInstance(name: string, ending: AbortSignal): Promise<Instance> {
  const child = fork(SERVE, process.argv.slice(2), {
    env: { ...process.env, INSTANCE: name, PORT: '0' },
    // Ctrl-C reaches a whole group of processes, and this one tells its instances itself.
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) =>
    console.log(`[${name}] ${line}`),
  )
  const end = (): void => {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS)
    child.once('exit', () => clearTimeout(timer))
  }
  ending.addEventListener('abort', end)
  const ended = once(child, 'exit').then(([code, signal]): Exit => {
    ending.removeEventListener('abort', end)
    return { code, signal }
  })
  const failed = ended.then(({ code, signal }) => {
    throw new Error(`instance ${name} ended before it listened (${signal ?? code})`)
  })
  const [message] = await Promise.race([once(child, 'message'), failed])
  failed.catch(() => undefined)
  const { port } = message as Listening
  return { name, port, pid: child.pid ?? 0, ended }
}
