import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'

const serve = join(dirname(import.meta.dirname), 'serve.ts')

/** The demo on several instances, started as a person does. */
export interface DemoCluster {
  /** What it printed so far. */
  readonly output: () => string
  /** Waits for a line of its output, and returns what the pattern's first group found there. */
  readonly printed: (pattern: RegExp) => Promise<string>
  /** Resolves with the exit code when it has ended. */
  readonly ended: Promise<number | null>
  /** Sends SIGTERM, unless it has ended, and returns its exit code. */
  readonly stop: () => Promise<number | null>
}

/**
 * Starts the demo on two instances, on a free port.
 *
 * @param redisUrl - Where Redis is; an empty text is nowhere.
 */
export function startDemoCluster(redisUrl: string): DemoCluster {
  const args = [serve, 'start', '--hostname', '127.0.0.1', '--instances', '2']
  const child = spawn(process.execPath, args, {
    cwd: dirname(serve),
    env: { ...process.env, NODE_ENV: 'production', PORT: '0', REDIS_URL: redisUrl },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'close').then(() => child.exitCode)
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  void ended.then(() => process.off('exit', kill))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  return {
    ended,
    output: () => output,
    printed: async (pattern) => {
      for (;;) {
        const found = pattern.exec(output)?.[1]
        if (found !== undefined) return found
        if (child.exitCode !== null) throw new Error(`the cluster ended with ${child.exitCode}:\n${output}`)
        await Promise.race([once(child.stdout, 'data'), ended])
      }
    },
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      return ended
    },
  }
}
