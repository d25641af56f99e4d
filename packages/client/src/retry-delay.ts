import {
  FIRST_BACKOFF_MS,
  MAX_BACKOFF_MS,
  MAX_RECONNECTION_TIME_MS,
  MIN_RECONNECTION_TIME_MS,
} from './policy.ts'

/** What {@link retryDelay} needs besides the number of failures. */
export interface RetryDelayOptions {
  /** The reconnection time that the server asked for, in milliseconds. Clamped to 250 … `maxReconnectionTimeMs`. */
  readonly reconnectionTimeMs: number
  /** The longest that is kept, in milliseconds. Default 3,600,000. */
  readonly maxReconnectionTimeMs?: number
  /** A random number, at least 0 and below 1. */
  readonly random: number
}

/**
 * Computes how long to wait before the next attempt.
 *
 * @param failures - Failed attempts in a row; 0 after a stream that ended in good order.
 * @returns Milliseconds: the reconnection time, and a random part of a backoff that doubles from 1 s to 30 s.
 */
export function retryDelay(
  failures: number,
  { reconnectionTimeMs, random, maxReconnectionTimeMs = MAX_RECONNECTION_TIME_MS }: RetryDelayOptions,
): number {
  const clamped = Math.min(Math.max(reconnectionTimeMs, MIN_RECONNECTION_TIME_MS), maxReconnectionTimeMs)
  const backoffMs = failures && Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), MAX_BACKOFF_MS)
  return clamped + random * backoffMs
}
