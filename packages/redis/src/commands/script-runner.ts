import { EventStreamError } from '@millrace/server'
import type { RedisConnection } from '../client/redis-connection.ts'
import type { LuaScript } from '../scripts/lua-script.ts'
import { errorReplyCode, isPassing } from './error-reply.ts'
import { sleep, within } from '../timing.ts'
import { Trust } from './trust.ts'

/** What one attempt came to. */
type Outcome =
  | { readonly kind: 'reply'; readonly reply: unknown }
  /** Nothing was sent. */
  | { readonly kind: 'not-sent' }
  /** Redis answered with an error: nothing happened. */
  | { readonly kind: 'refused'; readonly error: unknown; readonly code: string }
  /** It may have happened. */
  | { readonly kind: 'lost'; readonly error: unknown }

/** Options of a {@link ScriptRunner}. */
export interface ScriptRunnerOptions {
  /** How long a call may take, attempts included, in milliseconds. */
  readonly timeoutMs: number
  /** Called when `state` may have changed. */
  readonly onChange: () => void
}

/** How to run a script. */
export interface RunOptions {
  /** Its keys, all in one slot. */
  readonly keys: readonly string[]
  /** Its arguments. */
  readonly args: readonly string[]
  /** What to say when it may have happened all the same: what only reads does not need to tell. */
  readonly code: 'unavailable' | 'outcome-unknown'
}

const FIRST_PAUSE_MS = 10
const LAST_PAUSE_MS = 250
const OF_CLUSTER = 'is one server of a Cluster, which takes a client for Clusters'

/** Runs scripts, again if need be, for as long as a call may take. Scripts must be repeatable. */
export class ScriptRunner {
  readonly #connection: RedisConnection
  readonly #options: ScriptRunnerOptions
  readonly #trust: Trust
  #lastError: unknown
  #isClosed = false

  constructor(connection: RedisConnection, options: ScriptRunnerOptions) {
    this.#connection = connection
    this.#options = options
    this.#trust = new Trust(options.timeoutMs)
  }

  /** Whether commands are answered. A part of a cluster may be away alone. */
  get state(): 'up' | 'degraded' | 'down' {
    if (this.#isClosed || !this.#connection.isReady) return 'down'
    if (this.#trust.isWhole) return 'up'
    return this.#connection.isCluster ? 'degraded' : 'down'
  }

  /** What the last attempt that failed met. */
  get lastError(): unknown {
    return this.#lastError
  }

  /**
   * Runs a script.
   *
   * @throws {EventStreamError} `unavailable`: nothing happened. `outcome-unknown`: it may have. `closed`.
   */
  async run(script: LuaScript, { keys, args, code }: RunOptions): Promise<readonly unknown[]> {
    this.#checkOpen()
    const deadline = performance.now() + this.#options.timeoutMs
    const [key = ''] = keys
    const lane = this.#connection.isCluster ? key : ''
    const tail = [String(keys.length), ...keys, ...args]
    let lost: Extract<Outcome, { kind: 'lost' }> | undefined
    let refused: unknown
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LAST_PAUSE_MS)) {
      const outcome = await this.#attempt(lane, async () => this.#evaluate(script, key, tail), deadline)
      if ('error' in outcome) this.#lastError = outcome.error
      this.#options.onChange()
      if (outcome.kind === 'reply') return outcome.reply as readonly unknown[]
      if (outcome.kind === 'lost') lost = outcome
      if (outcome.kind === 'refused') refused = outcome.error
      const isFinal = outcome.kind === 'refused' && !this.#isPassing(outcome.code)
      if (isFinal || this.#isClosed || performance.now() + pauseMs >= deadline) break
      await sleep(pauseMs)
    }
    if (lost) throw failure(code, 'broke off, or did not answer in time', lost.error)
    this.#checkOpen()
    if (refused)
      throw failure('unavailable', this.#isMisled(errorReplyCode(refused)) ? OF_CLUSTER : 'refused', refused)
    throw failure('unavailable', 'is not connected', this.#connection.lastError)
  }

  /** Later calls, and later attempts, throw `closed`. */
  close(): void {
    this.#isClosed = true
  }

  async #evaluate(script: LuaScript, key: string, tail: readonly string[]): Promise<unknown> {
    try {
      return await this.#connection.send(key, ['EVALSHA', script.sha, ...tail])
    } catch (error) {
      if (errorReplyCode(error) !== 'NOSCRIPT') throw error
      return this.#connection.send(key, ['EVAL', script.source, ...tail])
    }
  }

  async #attempt(lane: string, send: () => Promise<unknown>, deadline: number): Promise<Outcome> {
    if (!this.#connection.isReady || !this.#trust.allows(lane)) return { kind: 'not-sent' }
    const sending = send().then(
      (reply): Outcome => ({ kind: 'reply', reply }),
      (error: unknown): Outcome => {
        const code = errorReplyCode(error)
        return code === undefined ? { kind: 'lost', error } : { kind: 'refused', error, code }
      },
    )
    const outcome = await within(sending, deadline - performance.now())
    if (outcome?.kind === 'reply') this.#trust.restore(lane)
    if (outcome) return outcome
    this.#trust.withdraw(lane, sending, this.#options.onChange)
    return { kind: 'lost', error: new Error(`no answer within ${this.#options.timeoutMs} ms`) }
  }

  /** Whether the next attempt may do better. A client of one server never goes where a Cluster sends it. */
  #isPassing(code: string): boolean {
    return isPassing(code) && !this.#isMisled(code)
  }

  #isMisled(code: string | undefined): boolean {
    return code === 'MOVED' && !this.#connection.isCluster
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new EventStreamError('closed', 'the Redis backplane was closed')
  }
}

function failure(code: 'unavailable' | 'outcome-unknown', what: string, cause: unknown): EventStreamError {
  const detail = cause instanceof Error && cause.message ? `: ${cause.message}` : ''
  return new EventStreamError(code, `Redis ${what}${detail}`, cause === undefined ? {} : { cause })
}
