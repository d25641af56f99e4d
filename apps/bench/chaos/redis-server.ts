import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { platform, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { nowMs } from './clock.ts'

const run = promisify(execFile)
const START_WITHIN_MS = 15_000

/** Says why no Redis can run on this machine, and what to do about it; `undefined` when it can. */
export function missingRedis(): string | undefined {
  if (spawnSync('redis-server', ['--version']).status === 0) return undefined
  return 'no redis-server: apt-get install redis-server'
}

/** When the server had ended for certain, and when it was about to be started again. */
export interface Outage {
  readonly endedAtMs: number
  readonly beganAtMs: number
}

/** A save of all data. */
export interface Save {
  readonly file: string
  readonly savedFromMs: number
  readonly savedToMs: number
}

/**
 * One Redis that keeps what it acknowledges, and what may happen to it.
 *
 * The append-only file is written before each reply, so that a crash of the process costs nothing. When it reaches the disk
 * matters to a crash of the machine alone, and there is none here.
 */
export class ChaosRedis {
  readonly port: number
  readonly #folder: string
  #saves = 0
  #process: ChildProcess | undefined

  private constructor(port: number, folder: string) {
    this.port = port
    this.#folder = folder
  }

  /** Starts a server on a free port, with a folder of its own. */
  static async start(): Promise<ChaosRedis> {
    const redis = new ChaosRedis(await freePort(), await mkdtemp(join(tmpdir(), 'millrace-chaos-')))
    await mkdir(redis.#data)
    await redis.#start()
    return redis
  }

  /** Where it is. */
  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** Ends it as a crash does, and starts it again with its data. */
  async restart(downMs: number): Promise<void> {
    await this.#interrupt(downMs, async () => undefined)
  }

  /** Ends it, and starts it again with nothing. */
  wipe(downMs: number): Promise<Outage> {
    return this.#interrupt(downMs, () => this.#empty())
  }

  /** Saves its data. */
  async save(): Promise<Save> {
    const file = join(this.#folder, `save-${++this.#saves}.rdb`)
    const savedFromMs = nowMs()
    await this.cli('SAVE')
    const savedToMs = nowMs()
    await cp(join(this.#data, 'dump.rdb'), file)
    return { file, savedFromMs, savedToMs }
  }

  /** Ends it, and starts it again with the data of a save. */
  restore({ file }: Save, downMs: number): Promise<Outage> {
    return this.#interrupt(downMs, async () => {
      await this.#empty()
      // Where the append-only file is on, that is what a server reads: the save becomes its first part.
      const folder = join(this.#data, 'appendonlydir')
      const name = 'appendonly.aof'
      await mkdir(folder)
      await cp(file, join(folder, `${name}.1.base.rdb`))
      await writeFile(join(folder, `${name}.1.incr.aof`), '')
      await writeFile(
        join(folder, `${name}.manifest`),
        `file ${name}.1.base.rdb seq 1 type b\nfile ${name}.1.incr.aof seq 1 type i\n`,
      )
    })
  }

  /** Stops it where it is: connections stay, nothing is answered. */
  async pause(forMs: number): Promise<void> {
    this.#process?.kill('SIGSTOP')
    await delay(forMs)
    this.#process?.kill('SIGCONT')
  }

  /** Ends every connection that is subscribed to something. Returns how many there were. */
  async dropSubscribers(): Promise<number> {
    return Number(await this.cli('CLIENT', 'KILL', 'TYPE', 'pubsub'))
  }

  /** Has it announce nothing, and take all else, until `unmute` or a restart. */
  async mute(): Promise<void> {
    await this.cli('ACL', 'SETUSER', 'default', '-publish')
  }

  /** Has it announce again. */
  async unmute(): Promise<void> {
    await this.cli('ACL', 'SETUSER', 'default', '+publish')
  }

  /** Runs one command by `redis-cli`, and returns what it prints. */
  async cli(...command: readonly string[]): Promise<string> {
    const { stdout } = await run('redis-cli', ['-p', String(this.port), ...command], { timeout: 10_000 })
    return stdout.trim()
  }

  /** Ends it, and removes its data. */
  async close(): Promise<void> {
    await this.#kill()
    await rm(this.#folder, { recursive: true, force: true })
  }

  get #data(): string {
    return join(this.#folder, 'data')
  }

  async #interrupt(downMs: number, meanwhile: () => Promise<void>): Promise<Outage> {
    await this.#kill()
    const endedAtMs = nowMs()
    await meanwhile()
    await delay(downMs)
    const beganAtMs = nowMs()
    await this.#start()
    return { endedAtMs, beganAtMs }
  }

  async #empty(): Promise<void> {
    await rm(this.#data, { recursive: true })
    await mkdir(this.#data)
  }

  async #kill(): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
  }

  async #start(): Promise<void> {
    const place = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#data]
    const keeping = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'no']
    const bound = boundToThisProcess('redis-server', [...place, ...keeping])
    const child = spawn(bound.command, bound.args, { stdio: 'ignore' })
    this.#process = child
    const end = (): void => void child.kill('SIGKILL')
    process.once('exit', end)
    child.once('exit', () => process.off('exit', end))
    const deadline = performance.now() + START_WITHIN_MS
    for (;;) {
      const answer = await this.cli('PING').catch((error: unknown) => String(error))
      if (answer === 'PONG') return
      if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`)
      if (performance.now() > deadline) throw new Error(`redis-server did not start: ${answer}`)
      await delay(20)
    }
  }
}

/** Where it can be had, a server ends with the process that started it, in whatever way that ends. */
function boundToThisProcess(
  command: string,
  args: readonly string[],
): { readonly command: string; readonly args: readonly string[] } {
  if (platform() !== 'linux' || spawnSync('setpriv', ['--version']).status !== 0) return { command, args }
  return { command: 'setpriv', args: ['--pdeathsig', 'KILL', '--', command, ...args] }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
