import {
  type Announcement,
  type AppendOptions,
  type AppendResult,
  type Backplane,
  type BackplaneState,
  EventStreamError,
  type HistoryPolicy,
  type LogPage,
  type LogRecord,
  type Position,
  type ReadFrom,
  type ReadOptions,
  recordBytes,
} from '@millrace/server'
import { type RedisBackplaneOptions, resolveSettings } from './backplane-options.ts'
import { type ChannelKeys, channelKeys } from './channel-keys.ts'
import type { PubSubMode } from './client/redis-connection.ts'
import { ScriptRunner } from './commands/script-runner.ts'
import { startPositionCheck } from './live/position-check.ts'
import { Subscriptions } from './live/subscriptions.ts'
import { decodePage, decodePosition } from './log-entry-codec.ts'
import { type OpenConnection, openConnection } from './open-connection.ts'
import { type RandomNames, randomNames } from './random-names.ts'
import { APPEND } from './scripts/append-script.ts'
import { digits } from './scripts/digits.ts'
import { POSITION } from './scripts/position-script.ts'
import { READ } from './scripts/read-script.ts'

/**
 * A backplane on Redis, so that many processes share their channels.
 *
 * @param options - `url` or `client`, and settings.
 * @throws {TypeError | RangeError} If an option is not what it should be.
 * @example
 * defineHub(() => ({ backplane: redisBackplane({ url: 'redis://localhost:6379' }) }))
 */
export function redisBackplane(options: RedisBackplaneOptions): Backplane {
  return new RedisBackplane(options)
}

class RedisBackplane implements Backplane {
  readonly #settings: ReturnType<typeof resolveSettings>
  readonly #opened: OpenConnection
  readonly #scripts: ScriptRunner
  readonly #subscriptions: Subscriptions
  readonly #stopPositionCheck: () => void
  readonly #stopWatching: () => void
  /** Why Redis took an entry, and refused to announce it; empty when it announced the last one. */
  #muteReason = ''
  #told: BackplaneState = 'down'
  #isClosed = false

  constructor(options: RedisBackplaneOptions) {
    const settings = resolveSettings(options)
    this.#settings = settings
    this.#opened = openConnection(options, 'redisBackplane')
    const { connection } = this.#opened
    const { timeoutMs } = settings
    const onChange = (): void => this.#tellState()
    const positionOf = (keys: ChannelKeys): Promise<Position> => this.#position(keys)
    this.#scripts = new ScriptRunner(connection, { timeoutMs, onChange })
    this.#subscriptions = new Subscriptions({ connection, timeoutMs, positionOf, onChange })
    this.#stopPositionCheck = startPositionCheck({
      everyMs: settings.positionCheckMs,
      armed: () => this.#subscriptions.armed,
      positionOf,
    })
    this.#stopWatching = connection.watch(onChange)
    // Nobody is told before there is something to ask about it.
    queueMicrotask(onChange)
  }

  get state(): BackplaneState {
    if (this.#isClosed) return 'down'
    const { state } = this.#scripts
    return state === 'up' && (this.#muteReason !== '' || !this.#subscriptions.isWhole) ? 'degraded' : state
  }

  async append(channel: string, record: LogRecord, options: AppendOptions): Promise<AppendResult> {
    const { history } = options
    const { meta, log, ids, live } = this.#keys(channel)
    const names = randomNames()
    // Each append has a key, so that an attempt whose reply was lost can be made again.
    const idempotencyKey = options.idempotencyKey ?? `-${names.epoch}${names.tag}`
    // The log itself expires a second after its last entry is too old.
    const args = this.#openingArgs(names, history.maxAgeMs + 2000)
    args.push(
      idempotencyKey,
      names.tag,
      record.type,
      record.data,
      record.id ?? '',
      digits(recordBytes(record)),
    )
    args.push(...historyArgs(history), this.#pubSubMode, live, digits(record.type.length))
    // Twice, since an attempt may be carried out late.
    args.push(digits(2 * this.#settings.timeoutMs))
    const keys = [meta, log, ids]
    const reply = await this.#scripts.run(APPEND, { keys, args, code: 'outcome-unknown' })
    const position = decodePosition(reply)
    // The tag is drawn once per call, so that an attempt of this call is no repeat, though its reply was lost.
    const repeated = position.tag !== names.tag
    if (!repeated) this.#muteReason = String(reply[3])
    this.#tellState()
    return { position, repeated }
  }

  async read(channel: string, { from, maxEntries, maxBytes, history }: ReadOptions): Promise<LogPage> {
    const { meta, log, ids } = this.#keys(channel)
    const args = this.#openingArgs(randomNames())
    args.push(...startArgs(from), digits(maxEntries), digits(maxBytes), ...historyArgs(history))
    return decodePage(await this.#scripts.run(READ, { keys: [meta, log, ids], args, code: 'unavailable' }))
  }

  async tail(channel: string, listener: (announcement: Announcement) => void): Promise<() => void> {
    const keys = this.#keys(channel)
    if (this.#isClosed) throw new EventStreamError('closed', 'the Redis backplane was closed')
    return this.#subscriptions.listen(keys, listener)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#stopPositionCheck()
    this.#stopWatching()
    this.#scripts.close()
    this.#subscriptions.close()
    this.#tellState()
    await this.#opened.close(this.#settings.timeoutMs)
  }

  async #position({ meta, log, ids }: ChannelKeys): Promise<Position> {
    const args = this.#openingArgs(randomNames())
    return decodePosition(
      await this.#scripts.run(POSITION, { keys: [meta, log, ids], args, code: 'unavailable' }),
    )
  }

  /** What every script begins with: the names of a log that it may have to begin, and how long to keep its position. */
  #openingArgs({ epoch, originTag }: RandomNames, leastMs = 0): string[] {
    return [epoch, originTag, digits(Math.max(this.#settings.keepPositionMs, leastMs))]
  }

  get #pubSubMode(): PubSubMode {
    return this.#opened.connection.isCluster ? 'sharded' : 'plain'
  }

  #keys(channel: string): ChannelKeys {
    return channelKeys(this.#settings.prefix, channel)
  }

  #causeOf(state: BackplaneState): unknown {
    if (state === 'up' || this.#isClosed) return undefined
    const { connection } = this.#opened
    if (!connection.isReady) return connection.lastError
    if (state === 'degraded' && this.#muteReason !== '') return new Error(this.#muteReason)
    return this.#subscriptions.isWhole ? this.#scripts.lastError : this.#subscriptions.lastError
  }

  #tellState(): void {
    const { state } = this
    if (state === this.#told) return
    this.#told = state
    try {
      this.#settings.onStateChange(state, this.#causeOf(state))
    } catch (error) {
      // A listener's fault is its own, and no publish fails for it.
      queueMicrotask(() => {
        throw error
      })
    }
  }
}

function startArgs(from: ReadFrom): readonly [kind: string, number: string] {
  if (typeof from === 'string') return [from, '0']
  return 'last' in from ? ['last', digits(from.last)] : ['after', digits(from.seq)]
}

function historyArgs({ maxEvents, maxAgeMs, maxBytes }: HistoryPolicy): readonly string[] {
  return [digits(maxEvents), digits(maxAgeMs), digits(maxBytes)]
}
