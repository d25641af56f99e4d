import { type AdmissionLimits, type ResolvedLimits, resolveLimits } from '../admission/limits.ts'
import { nonNegativeInteger, positive, positiveInteger } from './check-number.ts'
import { type HubObserver, harmless } from './hub-observer.ts'
import type { ReplayLimits } from '../channel/judge-resume.ts'
import type { Backplane, HistoryPolicy } from '../log/backplane.ts'
import { memoryBackplane } from '../log/memory-backplane.ts'

/** Options of a hub. Every one has a default. */
export interface HubOptions {
  /** Where the logs live. Default: the memory of this process. */
  readonly backplane?: Backplane
  /** How much of each log is kept. Default 1,000 events, 10 minutes, 16 MiB. */
  readonly history?: Partial<HistoryPolicy>
  /** How much is replayed to a client at the most. Default 10,000 events, 16 MiB. */
  readonly replay?: Partial<ReplayLimits>
  /** The largest event that `publish` takes, in bytes of data as UTF-8. Default 1,048,576 (1 MiB). */
  readonly maxEventBytes?: number
  /** Bytes that may wait for one client; what becomes of a slower one is its route's `slowConsumer`. Default 1,048,576 (1 MiB). */
  readonly maxQueueBytes?: number
  /** Bytes that may wait for all clients together; beyond it those with the longest queues are disconnected. Default 268,435,456 (256 MiB). */
  readonly maxTotalQueueBytes?: number
  /** The longest silence of a stream, in milliseconds. Default 15,000. */
  readonly heartbeatMs?: number
  /** How long a client may leave its bytes unread, in milliseconds. Default 30,000. */
  readonly writeTimeoutMs?: number
  /** Over how long clients are told to return when the process ends, and how long one-shot streams may still run, in whole milliseconds. Default 10,000. */
  readonly drainMs?: number
  /** How many streams there may be, and what a request beyond that is answered. Default: 100,000, and 10,000 being judged. */
  readonly limits?: AdmissionLimits
  /** Who is told of streams, gaps and errors. Default: errors go to the console. */
  readonly observer?: HubObserver
}

/** Options of a hub, with every default filled in. */
export interface ResolvedHubOptions extends Required<Omit<HubOptions, 'history' | 'replay' | 'limits'>> {
  readonly history: HistoryPolicy
  readonly replay: ReplayLimits
  readonly limits: ResolvedLimits
}

const MIB = 1024 * 1024

/**
 * Fills in the defaults.
 *
 * @throws {RangeError} If a number is out of range; the message names option and value.
 */
export function resolveHubOptions(options: HubOptions = {}): ResolvedHubOptions {
  const { history, replay } = options
  return {
    backplane: options.backplane ?? memoryBackplane(),
    history: {
      maxEvents: positiveInteger('history.maxEvents', history?.maxEvents ?? 1000),
      maxAgeMs: positive('history.maxAgeMs', history?.maxAgeMs ?? 600_000),
      maxBytes: positive('history.maxBytes', history?.maxBytes ?? 16 * MIB),
    },
    replay: {
      maxEvents: positiveInteger('replay.maxEvents', replay?.maxEvents ?? 10_000),
      maxBytes: positive('replay.maxBytes', replay?.maxBytes ?? 16 * MIB),
    },
    maxEventBytes: positive('maxEventBytes', options.maxEventBytes ?? MIB),
    maxQueueBytes: positive('maxQueueBytes', options.maxQueueBytes ?? MIB),
    maxTotalQueueBytes: positive('maxTotalQueueBytes', options.maxTotalQueueBytes ?? 256 * MIB),
    heartbeatMs: positiveInteger('heartbeatMs', options.heartbeatMs ?? 15_000),
    writeTimeoutMs: positive('writeTimeoutMs', options.writeTimeoutMs ?? 30_000),
    // Whole, as `drain` asks of its window: what that refused at SIGTERM would end the process with nobody drained.
    drainMs: nonNegativeInteger('drainMs', options.drainMs ?? 10_000),
    limits: resolveLimits(options.limits),
    observer: harmless(options.observer ?? {}),
  }
}
