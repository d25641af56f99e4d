import type { Channel } from '@millrace/core'
import { nonNegativeInteger, positiveInteger } from '../hub/check-number.ts'
import { type CorsOptions, resolveCors } from './cors.ts'

/** Options of a one-shot stream. */
export interface StreamResponseOptions {
  /** What the events carry; their data is checked and goes as JSON. Default: no contract. */
  readonly contract?: Channel
  /** The longest silence, in milliseconds. Default: the hub's, 15,000. */
  readonly heartbeatMs?: number
  /**
   * How long a client waits before it reconnects, in whole milliseconds. A native `EventSource` returns even after the end, and is
   * answered 204 then: the sooner it returns, the sooner it knows. Default: the client's own, usually 3,000.
   */
  readonly reconnectionTimeMs?: number
  /** Pages of other origins that may use the route. Default: none; a page of another origin is answered 403. */
  readonly cors?: CorsOptions
}

/** The settings of a one-shot stream, checked and with their defaults. */
export interface StreamSettings {
  readonly heartbeatMs: number
  readonly reconnectionTimeMs: number | undefined
}

/**
 * Checks the settings of a one-shot stream, before anything is opened.
 *
 * @throws {RangeError} If a number is out of range. @throws {TypeError} If `cors` holds what is no origin. The message names both.
 */
export function resolveStreamSettings(
  { heartbeatMs, reconnectionTimeMs, cors }: StreamResponseOptions,
  defaults: { readonly heartbeatMs: number },
): StreamSettings {
  if (cors) resolveCors(cors)
  return {
    heartbeatMs: positiveInteger('heartbeatMs', heartbeatMs ?? defaults.heartbeatMs),
    reconnectionTimeMs:
      reconnectionTimeMs === undefined
        ? undefined
        : nonNegativeInteger('reconnectionTimeMs', reconnectionTimeMs),
  }
}
