import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { RedisServer, missingRedis } from '../../../scripts/testing/redis-server.ts'
import { clientLibraries } from '../test/client-libraries.ts'
import { hubOn, listen, publishAll, range, untilHeard } from '../test/numbers.ts'
import { startCluster } from '../test/cluster.ts'
import { redisBackplane, setNewEpochs } from './index.ts'

const missing = missingRedis()
const run = promisify(execFile)
const history = { maxEvents: 10, maxAgeMs: 60_000, maxBytes: 1e6 }
let cluster: readonly RedisServer[] = []

beforeAll(async () => {
  if (!missing) cluster = await startCluster()
}, 60_000)
afterAll(() => Promise.all(cluster.map((server) => server.close())))
beforeEach(({ skip }) => skip(missing !== undefined, missing))

async function startServer(): Promise<RedisServer> {
  const server = await RedisServer.start()
  onTestFinished(() => server.close())
  return server
}

describe.each(clientLibraries)('with $name', ({ connect, connectCluster }) => {
  test('a rollback to where a client is already is told, once new epochs are set', async () => {
    const server = await startServer()
    const hub = hubOn({ url: server.url })
    const lastEventId = await publishAll(hub, 1, 10)
    const putBack = await server.save()
    // Acknowledged, not seen by this client, and gone.
    await publishAll(hub, 11, 15)
    await server.kill()
    await putBack()
    await server.start()
    const { client, close } = await connect(server.port)
    expect(await setNewEpochs({ client })).toBe(1)
    close()
    await publishAll(hub, 101, 103)
    const heard = listen(hub, { lastEventId })
    await untilHeard(heard, 103)
    expect(heard).toEqual(['restarted', 101, 102, 103])
  })

  test('whoever is connected is told at once', async () => {
    const server = await startServer()
    const hub = hubOn({ url: server.url })
    const heard = listen(hub)
    await publishAll(hub, 1, 3)
    await untilHeard(heard, 3)
    const { client, close } = await connect(server.port)
    await setNewEpochs({ client })
    await vi.waitFor(() => expect(heard).toEqual([1, 2, 3, 'restarted']))
    await publishAll(hub, 4, 4)
    await untilHeard(heard, 4)
    expect(heard).toEqual([...range(1, 3), 'restarted', 4])
    close()
  })

  test('all channels of a cluster begin anew, and those of other prefixes stay', async () => {
    const { client, close } = await connectCluster(cluster.map(({ port }) => port))
    const [mine, other] = [redisBackplane({ client, prefix: 'a*' }), redisBackplane({ client, prefix: 'ab' })]
    const positions = await Promise.all(
      [mine, other].flatMap((backplane) =>
        range(1, 30).map((n) =>
          backplane.append(`c${n}`, { type: 'n', data: '' }, { idempotencyKey: 'k', history }),
        ),
      ),
    )
    expect(await setNewEpochs({ client, prefix: 'a*' })).toBe(30)
    const head = async (backplane: typeof mine, n: number) =>
      (await backplane.read(`c${n}`, { from: 'head', maxEntries: 1, maxBytes: 1, history })).head
    for (const n of range(1, 30)) {
      const anew = await head(mine, n)
      expect(anew.seq).toBe(0)
      expect(anew.epoch).not.toBe(positions[n - 1]?.position.epoch)
      expect(await head(other, n)).toEqual(positions[n + 29]?.position)
    }
    close()
  })
})

describe('the command', () => {
  const command = (...args: string[]) => run(process.execPath, [`${import.meta.dirname}/command.ts`, ...args])

  test('sets new epochs, and says of how many channels', async () => {
    const server = await startServer()
    const hub = hubOn({ url: server.url, prefix: 'app' })
    await publishAll(hub, 1, 3)
    const { stdout } = await command('new-epochs', '--url', server.url, '--prefix', 'app')
    expect(stdout).toBe('1 channels began anew.\n')
    expect((await command('new-epochs', '--url', server.url)).stdout).toBe('0 channels began anew.\n')
  })

  test('does so on a cluster, where it has to be told that it is one', async () => {
    const { url = '' } = cluster[0] ?? {}
    const { stdout } = await command('new-epochs', '--url', url, '--cluster', '--prefix', 'none')
    expect(stdout).toBe('0 channels began anew.\n')
  })

  test('explains itself when it is not told what to do', async () => {
    await expect(command('new-epochs')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Usage'),
    })
    await expect(command('--nonsense')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('nonsense'),
    })
  })
})
