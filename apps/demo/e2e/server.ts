import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'

const app = dirname(import.meta.dirname)
const next = createRequire(import.meta.url).resolve('next/dist/bin/next')
const READY_WITHIN_MS = 30_000
const EXIT_WITHIN_MS = 10_000

/** The built app, running as a process of its own. */
export interface RunningApp {
  /** Its origin, such as `http://127.0.0.1:40123`. */
  readonly origin: string
  /** What it has printed so far. */
  readonly output: () => string
  /**
   * Sends SIGTERM and waits for the end; called again, returns the same.
   *
   * @returns How long the end took, in milliseconds.
   * @throws {Error} If it took longer than ten seconds; the process is killed then.
   */
  readonly stop: () => Promise<number>
}

/**
 * Starts the built app on a free port of the loopback interface, as `start` does, and waits until it answers.
 *
 * @throws {Error} If it is not built, or does not answer within 30 seconds; with what it printed.
 */
export async function startApp(): Promise<RunningApp> {
  // Port 0: the system picks a free one, and nobody can take it between a look and the start.
  const child = spawn(process.execPath, [next, 'start', '--hostname', '127.0.0.1', '--port', '0'], {
    cwd: app,
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  let printed = ''
  const ready = new Promise<string>((resolve) => {
    const read = (text: string): void => {
      printed += text
      const origin = /Local:\s+(http:\S+)[\s\S]*Ready/.exec(printed)?.[1]
      if (origin) resolve(origin)
    }
    child.stdout.setEncoding('utf8').on('data', read)
    child.stderr.setEncoding('utf8').on('data', read)
  })

  let stopping: Promise<number> | undefined
  const stop = (): Promise<number> => (stopping ??= end())
  async function end(): Promise<number> {
    const fromMs = performance.now()
    child.kill('SIGTERM')
    if (!(await within(EXIT_WITHIN_MS, exited))) {
      child.kill('SIGKILL')
      throw new Error(`SIGTERM did not end the app within ${EXIT_WITHIN_MS} ms. It printed:\n${printed}`)
    }
    return performance.now() - fromMs
  }

  const origin = await within(READY_WITHIN_MS, Promise.race([ready, exited.then(() => undefined)]))
  if (!origin) {
    await stop()
    throw new Error(`The app did not start (is it built?). It printed:\n${printed}`)
  }
  return { origin, output: () => printed, stop }
}

async function within<Value>(ms: number, promise: Promise<Value>): Promise<Value | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(resolve, ms, undefined)
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
