import type { StreamStart } from '../channel/join-channel.ts'
import type { SnapshotReader } from '../channel/snapshot.ts'
import { nonNegativeInteger, positive, positiveInteger } from '../hub/check-number.ts'
import type { Authorize } from './authorize.ts'

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
  /** Reads the state that a client begins with, instead of a replay; after a gap too. Default: none. */
  readonly snapshot?: SnapshotReader<unknown, Params>
  /** How long one read of `snapshot` may take, in milliseconds; past that the stream ends, to be tried again. Default 10,000. */
  readonly snapshotTimeoutMs?: number
  /** Judges a request before anything is opened: grants, or answers with a `Response` of its own (401, 403). Default: all are let in. */
  readonly authorize?: Authorize<Output, Params>
}

/** The settings of a route, checked and with their defaults. */
export interface ChannelSettings {
  readonly start: StreamStart
  readonly heartbeatMs: number
  readonly reconnectionTimeMs: number | undefined
  readonly lifetimeMs: number
  readonly snapshotTimeoutMs: number
}

/**
 * Checks a route's settings, before anything is opened.
 *
 * @throws {RangeError} If a number is out of range. @throws {TypeError} If `start` is none of its values. The message names both.
 */
export function resolveChannelSettings(
  options: Omit<ChannelResponseOptions, 'authorize' | 'snapshot'>,
  defaults: { readonly heartbeatMs: number },
): ChannelSettings {
  const {
    heartbeatMs = defaults.heartbeatMs,
    reconnectionTimeMs,
    lifetimeMs,
    snapshotTimeoutMs = 10_000,
  } = options
  return {
    start: checkStart(options.start ?? 'head'),
    heartbeatMs: positiveInteger('heartbeatMs', heartbeatMs),
    reconnectionTimeMs:
      reconnectionTimeMs === undefined
        ? undefined
        : nonNegativeInteger('reconnectionTimeMs', reconnectionTimeMs),
    lifetimeMs: lifetimeMs === undefined ? Infinity : positive('lifetimeMs', lifetimeMs),
    snapshotTimeoutMs: positive('snapshotTimeoutMs', snapshotTimeoutMs),
  }
}

function checkStart(start: StreamStart): StreamStart {
  if (start === 'head' || start === 'oldest') return start
  if (typeof start === 'object' && start !== null && Number.isSafeInteger(start.last) && start.last >= 0)
    return start
  throw new TypeError(`start must be 'head', 'oldest' or { last: n }; got ${JSON.stringify(start)}`)
}
