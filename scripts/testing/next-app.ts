import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const READY_WITHIN_MS = 30_000
const EXIT_WITHIN_MS = 15_000

/** How a process ended. */
export interface Exit {
  /** Its exit code; `null` when a signal ended it. */
  readonly code: number | null
  /** The signal that ended it; `null` when it exited. */
  readonly signal: NodeJS.Signals | null
  /** How long it took from the request to stop, in milliseconds. */
  readonly elapsedMs: number
}

/** A Next.js app, running as a process of its own. */
export interface NextApp {
  /** Its origin, such as `http://127.0.0.1:40123`. */
  readonly url: string
  /** Its process id. */
  readonly pid: number
  /** What it printed so far. */
  readonly output: () => string
  /**
   * Sends SIGTERM, as a container does, and waits for the end. May be called again.
   *
   * @throws {Error} If it took longer than 15 seconds; the process is killed then.
   */
  readonly stop: () => Promise<Exit>
}

/** Options of {@link startNextApp}. */
export interface NextAppOptions {
  /** `next start`, which needs a build, or `next dev`. Default `'start'`. */
  readonly command?: 'start' | 'dev'
  /** Environment variables on top of this process's own. Default none. */
  readonly env?: Readonly<Record<string, string>>
}

/**
 * Starts a Next.js app on a free port of the loopback interface.
 *
 * @param folder - The app's folder, absolute.
 * @throws {Error} If it does not listen within 30 seconds; the message has what it printed.
 */
export async function startNextApp(
  folder: string,
  { command = 'start', env = {} }: NextAppOptions = {},
): Promise<NextApp> {
  const next = createRequire(join(folder, 'package.json')).resolve('next/dist/bin/next')
  // Not by way of npm or pnpm: on SIGTERM they die and leave the server behind.
  const server = spawn(process.execPath, [next, command, '--hostname', '127.0.0.1', '--port', '0'], {
    cwd: folder,
    env: {
      ...process.env,
      // The test runner's own is none that Next.js knows.
      NODE_ENV: command === 'dev' ? 'development' : 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(server, 'exit')
  const killWithThisProcess = (): void => void server.kill('SIGKILL')
  process.once('exit', killWithThisProcess)
  void exited.then(() => process.removeListener('exit', killWithThisProcess))

  let printed = ''
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`next ${command} ${why}:\n${printed}`))
    const timer = setTimeout(() => fail(`does not listen after ${READY_WITHIN_MS} ms`), READY_WITHIN_MS)
    const read = (chunk: Buffer): void => {
      printed += chunk.toString()
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0]
      if (!address || !/Ready in/.test(printed)) return
      clearTimeout(timer)
      resolve(address)
    }
    server.stdout.on('data', read)
    server.stderr.on('data', read)
    void exited.then(() => {
      clearTimeout(timer)
      fail('ended')
    })
  }).catch((error: unknown) => {
    server.kill('SIGKILL')
    throw error
  })

  return { url, pid: server.pid ?? 0, output: () => printed, stop: () => stop(server, exited) }
}

async function stop(server: ChildProcess, exited: Promise<unknown[]>): Promise<Exit> {
  const sinceMs = performance.now()
  if (server.exitCode === null && server.signalCode === null) server.kill('SIGTERM')
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    server.kill('SIGKILL')
  }, EXIT_WITHIN_MS)
  await exited
  clearTimeout(timer)
  if (isLate)
    throw new Error(`the server did not exit within ${EXIT_WITHIN_MS} ms of SIGTERM, and was killed`)
  return { code: server.exitCode, signal: server.signalCode, elapsedMs: performance.now() - sinceMs }
}
