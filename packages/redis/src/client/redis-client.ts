import { type IoRedisClient, ioRedisConnection } from './ioredis-connection.ts'
import { type NodeRedisClient, nodeRedisConnection } from './node-redis-connection.ts'
import type { RedisConnection } from './redis-connection.ts'

/**
 * A client of `redis` (node-redis, 5 or later) or `ioredis`: for one server, for Sentinel or for a Cluster.
 *
 * Only what all of them have in common is named here; which one it is, is found out when it is handed over.
 */
export interface RedisClient {
  /** Hears of errors. */
  on(event: 'error', listener: (error: Error) => void): unknown
  /** Makes a client with the same settings: subscriptions need a connection of their own. */
  duplicate(): RedisClient
  /** Subscribes to a pub/sub channel. */
  subscribe(...args: never[]): unknown
}

/** What is known of a client before it is known from which library it comes. */
type AnyClient = Partial<NodeRedisClient & IoRedisClient>

/** What was made of each client, so that all backplanes of one share it. */
const known = new WeakMap<RedisClient, RedisConnection>()

/**
 * Finds out which library a client comes from. Asked again with the same client, it returns the same connection.
 *
 * @param option - How to call the client in errors.
 * @throws {TypeError} If it comes from neither, or rewrites keys.
 */
export function connectionOf(client: RedisClient, option: string): RedisConnection {
  const connection = known.get(client) ?? adapt(client, option)
  known.set(client, connection)
  return connection
}

function adapt(client: RedisClient, option: string): RedisConnection {
  // Whatever was handed over; what is used of it is looked for first.
  const candidate: AnyClient = (client as unknown as AnyClient | null | undefined) ?? {}
  if (isFunction(candidate.duplicate) && isFunction(candidate.on)) {
    if (isFunction(candidate.call) && typeof candidate.status === 'string') {
      refuseKeyPrefix(candidate.options?.keyPrefix, option)
      return ioRedisConnection(candidate as IoRedisClient)
    }
    if (isFunction(candidate.sendCommand) && isFunction(candidate.destroy)) {
      return nodeRedisConnection(candidate as NodeRedisClient)
    }
  }
  throw new TypeError(`${option} must be a client of redis (5 or later) or ioredis; got ${describe(client)}`)
}

function refuseKeyPrefix(keyPrefix: string | undefined, option: string): void {
  if (!keyPrefix) return
  throw new TypeError(
    `${option} must not have a keyPrefix, which pub/sub does not know; got "${keyPrefix}". Use the option prefix instead`,
  )
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

function describe(value: unknown): string {
  if (value === null || typeof value !== 'object') return String(value)
  return `an object of ${value.constructor?.name || 'no class'}`
}
