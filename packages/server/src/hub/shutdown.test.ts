import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, onTestFinished, test } from 'vitest'

const script = join(import.meta.dirname, '../../test/shutdown-process.ts')
/** Makes what it runs PID 1 of a namespace of its own, as a container does. */
const asInit = ['unshare', '--user', '--map-root-user', '--pid', '--fork', '--kill-child'] as const
const canBeInit = spawnSync(asInit[0], [...asInit.slice(1), 'true']).status === 0

/** A process under test: what it says, what it is told, and how it ends. */
interface ShutdownProcess {
  readonly hear: (word: string) => Promise<void>
  readonly tell: (...words: string[]) => void
  readonly ended: Promise<readonly [code: number | null, signal: NodeJS.Signals | null]>
}

async function started(prefix: readonly string[] = []): Promise<ShutdownProcess> {
  // `env` only runs what follows.
  const child = spawn('env', [...prefix, process.execPath, script], { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended: ShutdownProcess['ended'] = new Promise((resolve) =>
    child.once('exit', (code, by) => resolve([code, by])),
  )
  const words = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const hear = async (word: string): Promise<void> => {
    for (;;) {
      const said = await words.next()
      if (said.done) throw new Error(`the process ended without having said ${word}`)
      if (said.value === word) return
    }
  }
  await hear('ready')
  return { hear, ended, tell: (...said) => void child.stdin.write(said.map((word) => `${word}\n`).join('')) }
}

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  test('ends a process that does not listen for it, once the finite streams have finished', async () => {
    const { hear, tell, ended } = await started()
    tell(signal)
    await hear('drained')
    tell('finish')
    await hear('done')
    expect(await ended).toEqual([null, signal])
  })

  test.each(['on', 'once'])('leaves the end to an application that listens with `%s`', async (method) => {
    const { hear, tell, ended } = await started()
    tell(method, signal)
    await hear('closing')
    tell('finish')
    await hear('done')
    // By now the signal would have been raised again.
    tell('exit')
    expect(await ended).toEqual([0, null])
  })

  test('ends everything at once when it comes a second time', async () => {
    const { hear, tell, ended } = await started()
    tell(signal)
    await hear('drained')
    tell(signal)
    // The finite one.
    await hear('drained')
    expect(await ended).toEqual([null, signal])
  })

  test('is heard by an application that begins to listen while the hub drains', async () => {
    const { hear, tell, ended } = await started()
    tell(signal)
    await hear('drained')
    tell('on', 'finish')
    await hear('closing')
    tell('exit')
    expect(await ended).toEqual([0, null])
  })

  test.skipIf(!canBeInit)('ends a process that is PID 1, which no unhandled signal ends', async () => {
    const { hear, tell, ended } = await started(asInit)
    tell(signal)
    await hear('drained')
    tell('finish')
    expect(await ended).toEqual([signal === 'SIGTERM' ? 143 : 130, null])
  })

  test.skipIf(!canBeInit)('leaves the end of PID 1 to an application that listens', async () => {
    const { hear, tell, ended } = await started(asInit)
    tell('once', signal)
    await hear('closing')
    tell('finish')
    await hear('done')
    tell('exit')
    expect(await ended).toEqual([0, null])
  })
})
