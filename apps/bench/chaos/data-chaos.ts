import { execFile } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { nowMs } from './clock.ts'
import { poll } from '../harness/poll.ts'
import { CHANNELS, maxUnderWayOf } from './channels.ts'
import type { ChaosRedis } from './chaos-redis.ts'
import type { DataLoss } from './judge/records.ts'

const run = promisify(execFile)
const GROWS_WITHIN_MS = 60_000
/** A broken build may hardly grow on a busy machine, and is not waited for: what is found of it is meant to be found. */
const BROKEN_GROWS_WITHIN_MS = 5000

/** What may happen to Redis and its data, one thing at a time. Keeps a record of what was lost. */
export class DataChaos {
  readonly losses: DataLoss[] = []
  readonly counts = {
    restartsWithData: 0,
    restartsWithout: 0,
    rollbacks: 0,
    pauses: 0,
    subscriberDrops: 0,
    mutes: 0,
  }
  readonly #redis: ChaosRedis
  readonly #newEpochs: readonly string[]
  readonly #acknowledged: () => Promise<readonly number[]>
  readonly #isBroken: boolean
  #turn: Promise<void> = Promise.resolve()

  /**
   * @param options - `newEpochs`: how the operator's command is run, its program and what comes before the arguments;
   * `acknowledged`: how many publishes of each channel are; `isBroken`: whether the build is a broken one.
   */
  constructor(
    redis: ChaosRedis,
    options: {
      readonly newEpochs: readonly string[]
      readonly acknowledged: () => Promise<readonly number[]>
      readonly isBroken: boolean
    },
  ) {
    this.#redis = redis
    this.#newEpochs = options.newEpochs
    this.#acknowledged = options.acknowledged
    this.#isBroken = options.isBroken
  }

  /** A crash that costs nothing. */
  restart(downMs: number): Promise<void> {
    return this.#inTurn(async () => {
      await this.#redis.restart(downMs)
      this.counts.restartsWithData++
    })
  }

  /** A crash that costs everything. */
  wipe(downMs: number): Promise<void> {
    return this.#inTurn(async () => {
      this.losses.push({ kind: 'wiped', ...(await this.#redis.wipe(downMs)) })
      this.counts.restartsWithout++
    })
  }

  /** Saves, goes on, and puts the save back, with or without the operator's command. */
  rollBack({
    afterMs,
    downMs,
    setsNewEpochs,
  }: {
    readonly afterMs: number
    readonly downMs: number
    readonly setsNewEpochs: boolean
  }): Promise<void> {
    return this.#inTurn(async () => {
      const save = await this.#redis.save()
      const before = await this.#acknowledged()
      await delay(afterMs)
      await this.#grow(before)
      const outage = await this.#redis.restore(save, downMs)
      const { savedFromMs, savedToMs } = save
      const newEpochs = setsNewEpochs ? { newEpochs: await this.#setNewEpochs() } : {}
      this.losses.push({ kind: 'rolled-back', savedFromMs, savedToMs, ...outage, ...newEpochs })
      this.counts.rollbacks++
    })
  }

  /** Hangs for a while. */
  pause(forMs: number): Promise<void> {
    return this.#inTurn(async () => {
      await this.#redis.pause(forMs)
      this.counts.pauses++
    })
  }

  /** Ends all connections that hear announcements. */
  dropSubscribers(): Promise<void> {
    return this.#inTurn(async () => {
      if ((await this.#redis.dropSubscribers()) > 0) this.counts.subscriberDrops++
    })
  }

  /** Announces nothing for a while. */
  mute(forMs: number): Promise<void> {
    return this.#inTurn(async () => {
      await this.#redis.mute()
      await delay(forMs)
      await this.#redis.unmute()
      this.counts.mutes++
    })
  }

  /** Resolves when nothing is being done any more. */
  whenDone(): Promise<void> {
    return this.#turn
  }

  /**
   * Waits until every channel has grown so far that what was under way when it was saved, and what is now, differ in their
   * numbers: otherwise nobody could tell the two lines apart.
   */
  async #grow(before: readonly number[]): Promise<void> {
    const hasGrown = async (): Promise<boolean> => {
      const now = await this.#acknowledged()
      return CHANNELS.every(
        (channel, index) => (now[index] ?? 0) - (before[index] ?? 0) >= 3 * maxUnderWayOf(channel),
      )
    }
    const withinMs = this.#isBroken ? BROKEN_GROWS_WITHIN_MS : GROWS_WITHIN_MS
    if ((await poll(hasGrown, withinMs)) === undefined && !this.#isBroken)
      throw new Error('channels do not grow any more')
  }

  async #setNewEpochs(): Promise<{ readonly fromMs: number; readonly toMs: number }> {
    const fromMs = nowMs()
    await run(process.execPath, [...this.#newEpochs, 'new-epochs', '--url', this.#redis.url])
    return { fromMs, toMs: nowMs() }
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(act)
    return this.#turn
  }
}
