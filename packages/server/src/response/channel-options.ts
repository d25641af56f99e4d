import { EventStreamError } from '@millrace/core'
import type { StreamStart } from '../channel/join-channel.ts'
import type { SnapshotReader } from '../channel/snapshot.ts'
import { nonNegativeInteger, positive, positiveInteger } from '../hub/check-number.ts'
import { type SlowConsumer, checkSlowConsumer } from '../queue/slow-consumer.ts'
import type { Authorize } from './authorize.ts'
import { type CorsOptions, resolveCors } from './cors.ts'

/** Options of a route that serves a channel. */
export interface ChannelResponseOptions<Output extends object = Record<string, unknown>, Params = unknown> {
  /** Where a client without a cursor starts: `'head'` (default), `'oldest'`, or `{ last: n }`. */
  readonly start?: StreamStart
  /** The longest silence, in whole milliseconds. Default: the hub's, 15,000. */
  readonly heartbeatMs?: number
  /** How long a client waits before it reconnects, in whole milliseconds. Default: the client's own, usually 3,000. */
  readonly reconnectionTimeMs?: number
  /** How long a response may last, in milliseconds; each ends at a random 80 to 100 % of it. Default: no limit. */
  readonly lifetimeMs?: number
  /** What becomes of a client that reads more slowly than events come. Default `'disconnect'`. */
  readonly slowConsumer?: SlowConsumer<Output>
  /** Bytes that may wait for one client before that. Default: the hub's, 1,048,576 (1 MiB). */
  readonly maxQueueBytes?: number
  /** Reads the state that a client begins with, instead of a replay; after a gap too. Default: none. */
  readonly snapshot?: SnapshotReader<unknown, Params>
  /** How long one read of `snapshot` may take, in milliseconds; past that the stream ends, to be tried again. Default 10,000. */
  readonly snapshotTimeoutMs?: number
  /** Judges a request before anything is opened: grants, or answers with a `Response` of its own (401, 403). Default: all are let in. */
  readonly authorize?: Authorize<Output, Params>
  /** How long `authorize` may take, in milliseconds; past that the client is asked to return later. Default 10,000. */
  readonly authorizeTimeoutMs?: number
  /**
   * After how many milliseconds of an open stream `authorize` is asked again, with the same request: once for all streams of a
   * principal that ask for the same with the same credentials, if it is the same function. A new grant takes the place of the old one; a refusal ends the streams;
   * a grant that cannot be confirmed ends them after twice as long. Default: a grant holds until it expires or is revoked.
   */
  readonly revalidateMs?: number
  /** Pages of other origins that may use the route. Default: none; a page of another origin is answered 403. */
  readonly cors?: CorsOptions
}

/** The settings of a route, checked and with their defaults. */
export interface ChannelSettings {
  readonly start: StreamStart
  readonly heartbeatMs: number
  readonly reconnectionTimeMs: number | undefined
  readonly lifetimeMs: number
  readonly snapshotTimeoutMs: number
  readonly authorizeTimeoutMs: number
  readonly revalidateMs: number | undefined
  readonly slowConsumer: SlowConsumer
  readonly maxQueueBytes: number
}

/**
 * Checks a route's settings, before anything is opened.
 *
 * @throws {RangeError} If a number is out of range. @throws {TypeError} If `start` is none of its values. The message names both.
 * @throws {EventStreamError} `misconfigured` for `revalidateMs` without `authorize`.
 */
export function resolveChannelSettings<Output extends object>(
  options: Omit<ChannelResponseOptions<Output, never>, 'snapshot'>,
  defaults: { readonly heartbeatMs: number; readonly maxQueueBytes: number },
): ChannelSettings {
  const {
    heartbeatMs = defaults.heartbeatMs,
    reconnectionTimeMs,
    lifetimeMs,
    snapshotTimeoutMs = 10_000,
    authorizeTimeoutMs = 10_000,
    revalidateMs,
    slowConsumer = 'disconnect',
    maxQueueBytes = defaults.maxQueueBytes,
  } = options
  if (options.cors) resolveCors(options.cors)
  return {
    start: checkStart(options.start ?? 'head'),
    heartbeatMs: positiveInteger('heartbeatMs', heartbeatMs),
    reconnectionTimeMs:
      reconnectionTimeMs === undefined
        ? undefined
        : nonNegativeInteger('reconnectionTimeMs', reconnectionTimeMs),
    lifetimeMs: lifetimeMs === undefined ? Infinity : positive('lifetimeMs', lifetimeMs),
    snapshotTimeoutMs: positive('snapshotTimeoutMs', snapshotTimeoutMs),
    authorizeTimeoutMs: positive('authorizeTimeoutMs', authorizeTimeoutMs),
    revalidateMs: revalidateMs === undefined ? undefined : checkRevalidateMs(revalidateMs, options),
    // A route's key is typed by its contract, and the log's events pass by it untyped.
    slowConsumer: checkSlowConsumer(slowConsumer) as SlowConsumer,
    maxQueueBytes: positive('maxQueueBytes', maxQueueBytes),
  }
}

function checkStart(start: StreamStart): StreamStart {
  if (start === 'head' || start === 'oldest') return start
  if (typeof start === 'object' && start !== null && Number.isSafeInteger(start.last) && start.last >= 0)
    return start
  throw new TypeError(`start must be 'head', 'oldest' or { last: n }; got ${JSON.stringify(start)}`)
}

function checkRevalidateMs(revalidateMs: number, { authorize }: { readonly authorize?: unknown }): number {
  if (authorize) return positive('revalidateMs', revalidateMs)
  throw new EventStreamError(
    'misconfigured',
    `revalidateMs is ${revalidateMs}, and authorize, which it asks again, is not set`,
  )
}
