import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { boundToThisProcess } from './bound-process.ts'
import { freePort } from './free-port.ts'

const run = promisify(execFile)
const START_WITHIN_MS = 15_000
const ANSWERS_WITHIN_MS = 10_000

/** Says why no Redis can run on this machine, and what to do about it; `undefined` when it can. Made for `skip`. */
export function missingRedis(): string | undefined {
  if (spawnSync('redis-server', ['--version']).status === 0) return undefined
  return 'no redis-server: apt-get install redis-server'
}

/** A Redis of one's own, on a free port of the loopback interface, and all that may happen to a server. */
export class RedisServer {
  readonly port: number
  /** Where its data is: a folder of its own. */
  readonly folder: string
  readonly #args: readonly string[]
  #process: ChildProcess | undefined

  private constructor(port: number, folder: string, args: readonly string[]) {
    this.port = port
    this.folder = folder
    this.#args = args
  }

  /**
   * Starts a server.
   *
   * @param settings - As on the command line. Default none: data is kept in memory alone.
   * @param options.configuration - The lines of a configuration file, for what cannot stand on a command line. Default none.
   * @throws {Error} If there is no `redis-server`, or it ends, or does not answer within 15 seconds; the message has what it printed.
   */
  static async start(
    settings: readonly string[] = [],
    { configuration = [] }: { readonly configuration?: readonly string[] } = {},
  ): Promise<RedisServer> {
    const missing = missingRedis()
    if (missing !== undefined) throw new Error(missing)
    const port = await freePort()
    const folder = await mkdtemp(join(tmpdir(), 'millrace-redis-'))
    const file = join(folder, 'redis.conf')
    if (configuration.length > 0) await writeFile(file, configuration.map((line) => `${line}\n`).join(''))
    const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder]
    const inMemory = ['--save', '', '--appendonly', 'no']
    const args = [...(configuration.length > 0 ? [file] : []), ...place, ...inMemory, ...settings]
    const server = new RedisServer(port, folder, args)
    try {
      await server.start()
    } catch (error) {
      await server.close()
      throw error
    }
    return server
  }

  /** Where it is. */
  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** Starts again, with the data that is there. */
  async start(): Promise<void> {
    const { command, args } = boundToThisProcess('redis-server', this.#args, { signal: 'KILL' })
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#process = child
    const end = (): void => void child.kill('SIGKILL')
    process.once('exit', end)
    child.once('exit', () => process.off('exit', end))
    const closed = once(child, 'close')
    let printed = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed = (printed + text).slice(-4000)
      })
    }
    const deadlineMs = performance.now() + START_WITHIN_MS
    for (;;) {
      const answer = await this.cli('PING').catch((error: unknown) => String(error))
      if (hasEnded(child)) {
        await closed
        throw new Error(`redis-server ended with ${child.exitCode}:\n${printed}`)
      }
      if (answer === 'PONG') return
      if (performance.now() > deadlineMs) throw new Error(`redis-server did not start: ${answer}\n${printed}`)
      await delay(20)
    }
  }

  /** Runs one command by `redis-cli`, and returns what it prints. */
  async cli(...command: readonly string[]): Promise<string> {
    const { stdout } = await run('redis-cli', ['-p', String(this.port), ...command], {
      timeout: ANSWERS_WITHIN_MS,
    })
    return stdout.trim()
  }

  /** Ends it at once, as a crash does. */
  async kill(): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (!child || hasEnded(child)) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }

  /** Stops it where it is: connections stay, nothing is answered. */
  pause(): void {
    this.#process?.kill('SIGSTOP')
  }

  /** Goes on after a pause. */
  resume(): void {
    this.#process?.kill('SIGCONT')
  }

  /** Removes what it has on disk. It has to be ended. */
  async wipe(): Promise<void> {
    for (const name of await readdir(this.folder)) await rm(join(this.folder, name), { recursive: true })
  }

  /** Saves its data. Returns a function that puts this state back; to be called while the server is ended. */
  async save(): Promise<() => Promise<void>> {
    await this.cli('SAVE')
    const file = join(this.folder, 'dump.rdb')
    const saved = await readFile(file)
    return async () => {
      await this.wipe()
      await writeFile(file, saved)
    }
  }

  /** How many connections there are, without the one that asks: of any kind, or of subscribers alone. */
  async connections(type: 'any' | 'pubsub' = 'any'): Promise<number> {
    const list = await this.cli('CLIENT', 'LIST', ...(type === 'any' ? [] : ['TYPE', type]))
    return list.split('\n').filter((line) => line.includes('id=') && !line.includes('cmd=client')).length
  }

  /** Ends it, and removes its data. */
  async close(): Promise<void> {
    await this.kill()
    await rm(this.folder, { recursive: true, force: true })
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}
