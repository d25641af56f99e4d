import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const START_WITHIN_MS = 15_000

/** A Redis of the test's own. */
export interface OwnRedis {
  readonly url: string
  /** Ends it, and removes what it has on disk. */
  readonly close: () => Promise<void>
}

/** Says why no Redis can run on this machine, and what to do about it; `undefined` when it can. */
export function missingRedis(): string | undefined {
  if (spawnSync('redis-server', ['--version']).status === 0) return undefined
  return 'no redis-server: apt-get install redis-server'
}

/** Starts a Redis on a free port of the loopback interface, which keeps its data in memory alone. */
export async function startOwnRedis(): Promise<OwnRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-demo-redis-'))
  const port = await freePort()
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder]
  const server = spawn('redis-server', [...place, '--save', '', '--appendonly', 'no'], { stdio: 'ignore' })
  const exited = once(server, 'exit')
  const kill = (): void => void server.kill('SIGKILL')
  process.once('exit', kill)
  const close = async (): Promise<void> => {
    process.off('exit', kill)
    kill()
    await exited
    await rm(folder, { recursive: true, force: true })
  }
  const deadline = performance.now() + START_WITHIN_MS
  while (!(await takesConnections(port))) {
    if (performance.now() < deadline && server.exitCode === null) await delay(20)
    else {
      await close()
      throw new Error(`redis-server does not listen on port ${port} (${server.exitCode ?? 'it runs'})`)
    }
  }
  return { url: `redis://127.0.0.1:${port}`, close }
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    }).once('error', () => resolve(false))
  })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
