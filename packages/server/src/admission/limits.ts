import { EventStreamError } from '@millrace/core'
import { positive, positiveInteger } from '../hub/check-number.ts'

/**
 * How many streams a hub has at the most, over all of its routes. A request counts from the moment it is looked at until its stream
 * has ended, so that no race takes a hub past a limit.
 */
export interface AdmissionLimits {
  /** Streams in all. Default 100,000. */
  readonly total?: number
  /** Streams of one principal, as `authorize` names it. Default: no limit. */
  readonly perPrincipal?: number
  /** Streams of one address, as `address` tells it. Default: no limit. */
  readonly perAddress?: number
  /**
   * Which address a request comes from: only you know which header your proxy sets, and that clients cannot. A request for which it
   * returns nothing is not counted by address. What is no string lets nobody in.
   */
  readonly address?: (request: Request) => string | null | undefined
  /** Requests that are being judged at one time: `authorize` and handlers that have not answered yet. Default 10,000. */
  readonly pending?: number
  /**
   * What a request over a limit is answered: `'refuse'` (default) with 429 and `Retry-After`, on which a native `EventSource` gives
   * up for good; `'retry-later'` with an event stream that says when to return, and ends.
   */
  readonly whenOver?: 'refuse' | 'retry-later'
  /** When, or with `'retry-later'` within which time, such a client is asked to return, in milliseconds. Default 5,000. */
  readonly retryAfterMs?: number
}

/** Limits with their defaults. */
export type ResolvedLimits = Required<AdmissionLimits>

/**
 * Fills in the defaults.
 *
 * @throws {RangeError} If a number is out of range. @throws {TypeError} If `whenOver` or `address` is none of its values.
 * @throws {EventStreamError} `misconfigured` for `perAddress` without `address`.
 */
export function resolveLimits(limits: AdmissionLimits = {}): ResolvedLimits {
  const { perPrincipal, perAddress, address, whenOver = 'refuse' } = limits
  if (whenOver !== 'refuse' && whenOver !== 'retry-later') {
    throw new TypeError(`limits.whenOver must be 'refuse' or 'retry-later'; got ${JSON.stringify(whenOver)}`)
  }
  if (address !== undefined && typeof address !== 'function') {
    throw new TypeError(`limits.address must be a function of the request; got ${JSON.stringify(address)}`)
  }
  if (perAddress !== undefined && !address) {
    throw new EventStreamError(
      'misconfigured',
      `limits.perAddress is ${perAddress}, and limits.address, which tells addresses, is not set`,
    )
  }
  return {
    total: positiveInteger('limits.total', limits.total ?? 100_000),
    pending: positiveInteger('limits.pending', limits.pending ?? 10_000),
    perPrincipal:
      perPrincipal === undefined ? Infinity : positiveInteger('limits.perPrincipal', perPrincipal),
    perAddress: perAddress === undefined ? Infinity : positiveInteger('limits.perAddress', perAddress),
    address: address ?? (() => undefined),
    whenOver,
    retryAfterMs: positive('limits.retryAfterMs', limits.retryAfterMs ?? 5000),
  }
}
