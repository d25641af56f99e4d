import type { BackplaneState } from '@millrace/server'
import type { RedisClient } from './client/redis-client.ts'

/** Where Redis is: a client of the application's own, or an address. */
export type RedisSource =
  | {
      /**
       * A connected client of `redis` or `ioredis`, for one server, Sentinel or a Cluster. It is shared: commands go over it, and it
       * is never closed. Subscriptions get a connection of their own with the same settings.
       */
      readonly client: RedisClient
      readonly url?: undefined
    }
  | {
      /** The address of one server, as `redis://user:password@host:6379/0`, or `rediss:` for TLS. */
      readonly url: string
      readonly client?: undefined
    }

/** Options of `redisBackplane` beside the place. Every one has a default. */
export interface RedisBackplaneSettings {
  /** What all keys begin with, 1 to 64 characters without braces or white space; one per application. Default `'millrace'`. */
  readonly prefix?: string
  /** How long a publish, a read or a subscription may take, attempts included, in milliseconds. Default 2,000. */
  readonly timeoutMs?: number
  /** How often at the least each channel that is listened to is compared with its log, in milliseconds. Default 30,000. */
  readonly positionCheckMs?: number
  /**
   * How long at the least Redis remembers the position of a channel that nobody writes to or listens to, in milliseconds; at least
   * twice `positionCheckMs`. Clients that return later are told of a gap. Default 604,800,000 (7 days).
   */
  readonly keepPositionMs?: number
  /**
   * Called with the new state whenever it changed, and with what is known of the cause: mostly an `Error`, `undefined` when it is
   * `up`. Default none.
   */
  readonly onStateChange?: (state: BackplaneState, cause: unknown) => void
}

/** Options of `redisBackplane`. */
export type RedisBackplaneOptions = RedisSource & RedisBackplaneSettings

const PREFIX = /^[^\s{}]{1,64}$/

/**
 * Fills in the defaults.
 *
 * @throws {TypeError | RangeError} If an option is not what it should be; the message names option and value.
 */
export function resolveSettings(settings: RedisBackplaneSettings): Required<RedisBackplaneSettings> {
  const { onStateChange = () => undefined } = settings
  if (typeof onStateChange !== 'function') {
    throw new TypeError(`redisBackplane: onStateChange must be a function; got ${String(onStateChange)}`)
  }
  const positionCheckMs = checkMs('positionCheckMs', settings.positionCheckMs ?? 30_000)
  const keepPositionMs = checkMs('keepPositionMs', settings.keepPositionMs ?? 7 * 86_400_000)
  // The check is what keeps the position of a quiet channel.
  if (keepPositionMs < 2 * positionCheckMs) {
    throw new RangeError(
      `redisBackplane: keepPositionMs must be at least twice positionCheckMs, ${2 * positionCheckMs}; got ${keepPositionMs}`,
    )
  }
  return {
    prefix: checkPrefix(settings.prefix ?? 'millrace'),
    timeoutMs: checkMs('timeoutMs', settings.timeoutMs ?? 2000),
    positionCheckMs,
    keepPositionMs,
    onStateChange,
  }
}

/** Returns a prefix that can begin a key. @throws {TypeError} */
export function checkPrefix(prefix: string): string {
  if (typeof prefix === 'string' && PREFIX.test(prefix)) return prefix
  throw new TypeError(
    `prefix must be 1 to 64 characters without braces or white space; got ${JSON.stringify(prefix)}`,
  )
}

function checkMs(option: string, value: number): number {
  // What a timer can wait; longer ones would fire at once. Positions are kept by Redis, which has no such limit.
  const most = option === 'keepPositionMs' ? 1e14 : 2 ** 31 - 1
  if (Number.isFinite(value) && value >= 1 && value <= most) return value
  throw new RangeError(
    `redisBackplane: ${option} must be a number of milliseconds from 1 to ${most}; got ${String(value)}`,
  )
}
