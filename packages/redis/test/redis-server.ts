import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { platform, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const START_WITHIN_MS = 15_000

/** Says why no Redis can run on this machine, and what to do about it; `undefined` when it can. Made for `skip`. */
export function missingRedis(): string | undefined {
  if (spawnSync('redis-server', ['--version']).status === 0) return undefined
  return 'no redis-server: apt-get install redis-server'
}

/** A Redis of the test's own: a free port, a folder for its data, and all that may happen to a server. */
export class RedisServer {
  readonly port: number
  readonly #folder: string
  readonly #settings: readonly string[]
  #process: ChildProcess | undefined

  private constructor(port: number, folder: string, settings: readonly string[]) {
    this.port = port
    this.#folder = folder
    this.#settings = settings
  }

  /** Starts a server. @param settings - As on the command line; data is kept in memory alone unless they say otherwise. */
  static async start(settings: readonly string[] = []): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-redis-'))
    const server = new RedisServer(await freePort(), folder, [
      '--save',
      '',
      '--appendonly',
      'no',
      ...settings,
    ])
    await server.start()
    return server
  }

  /** Starts a Sentinel that watches over one server, under the name `main`, and may replace it on its own. */
  static async startSentinel(watched: RedisServer): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-redis-'))
    const file = join(folder, 'sentinel.conf')
    const lines = [`monitor main 127.0.0.1 ${watched.port} 1`, 'down-after-milliseconds main 1000']
    await writeFile(file, lines.map((line) => `sentinel ${line}\n`).join(''))
    const server = new RedisServer(await freePort(), folder, [])
    await server.start([file, '--sentinel'])
    return server
  }

  /** Where it is. */
  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** Starts again, with the data that is there. */
  async start(first: readonly string[] = []): Promise<void> {
    const place = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#folder]
    const bound = bindToThisProcess('redis-server', [...first, ...place, ...this.#settings])
    const child = spawn(bound.command, bound.args, { stdio: 'ignore' })
    this.#process = child
    const end = (): void => void child.kill('SIGKILL')
    process.once('exit', end)
    child.once('exit', () => process.off('exit', end))
    const deadline = Date.now() + START_WITHIN_MS
    for (;;) {
      const answer = await this.cli('PING').catch((error: unknown) => String(error))
      if (answer === 'PONG') return
      if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`)
      if (Date.now() > deadline) throw new Error(`redis-server did not start: ${answer}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** Runs one command by `redis-cli`, and returns what it prints. */
  async cli(...command: readonly string[]): Promise<string> {
    const { stdout } = await run('redis-cli', ['-p', String(this.port), ...command], { timeout: 5000 })
    return stdout.trim()
  }

  /** Ends it at once, as a crash does. */
  async kill(): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
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
    for (const name of await readdir(this.#folder)) await rm(join(this.#folder, name), { recursive: true })
  }

  /** Saves its data. Returns a function that puts this state back; to be called while the server is ended. */
  async save(): Promise<() => Promise<void>> {
    await this.cli('SAVE')
    const copy = `${this.#folder}-saved.rdb`
    await cp(join(this.#folder, 'dump.rdb'), copy)
    return async () => {
      await this.wipe()
      await cp(copy, join(this.#folder, 'dump.rdb'))
      await rm(copy)
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
    await rm(this.#folder, { recursive: true, force: true })
  }
}

/** A Redis Cluster of three servers, without replicas. @param settings - Of each, beside those that make it one. */
export async function startCluster(settings: readonly string[] = []): Promise<readonly RedisServer[]> {
  const busPorts = [await freePort(), await freePort(), await freePort()].map(String)
  const servers = await Promise.all(
    busPorts.map((busPort) =>
      RedisServer.start([
        '--cluster-enabled',
        'yes',
        '--cluster-port',
        busPort,
        '--cluster-node-timeout',
        '15000',
        ...settings,
      ]),
    ),
  )
  const [first] = servers
  if (!first) throw new Error('no server was started')
  for (const [n, server] of servers.entries()) {
    await server.cli('CLUSTER', 'SET-CONFIG-EPOCH', String(n + 1))
    const [from, to] = [Math.ceil((n * 16_384) / 3), Math.ceil(((n + 1) * 16_384) / 3) - 1]
    await server.cli('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to))
    await first.cli('CLUSTER', 'MEET', '127.0.0.1', String(server.port), busPorts[n] ?? '')
  }
  const deadline = Date.now() + START_WITHIN_MS
  for (const server of servers) {
    while (!(await isWhole(server))) {
      if (Date.now() > deadline) throw new Error('the cluster did not come together')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  return servers
}

async function isWhole(server: RedisServer): Promise<boolean> {
  const info = await server.cli('CLUSTER', 'INFO')
  return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3')
}

/** Where it can be had, a server ends with the process that started it, in whatever way that ends. */
function bindToThisProcess(
  command: string,
  args: readonly string[],
): { command: string; args: readonly string[] } {
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
