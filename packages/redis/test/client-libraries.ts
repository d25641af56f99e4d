import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster } from 'redis'
import type { RedisClient } from '../src/index.ts'

/** A connected client, and how to disconnect it. */
export interface TestClient {
  readonly client: RedisClient
  readonly close: () => void
}

/** One way to connect to one server or to a cluster: the libraries that users have. */
export interface ClientLibrary {
  readonly name: string
  readonly connect: (port: number) => Promise<TestClient>
  readonly connectCluster: (ports: readonly number[]) => Promise<TestClient>
}

const redis: ClientLibrary = {
  name: 'redis',
  connect: async (port) => {
    const client = createClient({ socket: { host: '127.0.0.1', port } })
    client.on('error', () => undefined)
    await client.connect()
    return { client, close: () => client.destroy() }
  },
  connectCluster: async (ports) => {
    const cluster = createCluster({
      rootNodes: ports.map((port) => ({ socket: { host: '127.0.0.1', port } })),
    })
    cluster.on('error', () => undefined)
    await cluster.connect()
    return { client: cluster, close: () => cluster.destroy() }
  },
}

const ioredis: ClientLibrary = {
  name: 'ioredis',
  connect: async (port) => {
    const client = new Redis(port, '127.0.0.1', { lazyConnect: true })
    client.on('error', () => undefined)
    await client.connect()
    return { client, close: () => client.disconnect() }
  },
  connectCluster: async (ports) => {
    const cluster = new Cluster(
      ports.map((port) => ({ host: '127.0.0.1', port })),
      { lazyConnect: true },
    )
    cluster.on('error', () => undefined)
    await cluster.connect()
    return { client: cluster, close: () => cluster.disconnect() }
  },
}

/** Both. */
export const clientLibraries: readonly ClientLibrary[] = [redis, ioredis]
