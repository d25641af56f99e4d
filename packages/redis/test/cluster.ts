import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../../../scripts/testing/free-port.ts'
import { RedisServer } from '../../../scripts/testing/redis-server.ts'

const WHOLE_WITHIN_MS = 15_000

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
  const deadlineMs = performance.now() + WHOLE_WITHIN_MS
  for (const server of servers) {
    while (!(await isWhole(server))) {
      if (performance.now() > deadlineMs) throw new Error('the cluster did not come together')
      await delay(50)
    }
  }
  return servers
}

async function isWhole(server: RedisServer): Promise<boolean> {
  const info = await server.cli('CLUSTER', 'INFO')
  return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3')
}
