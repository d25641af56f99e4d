import { type Announcement, EventStreamError, type Position } from '@millrace/server'
import type { ChannelKeys } from '../channel-keys.ts'
import type { PubSubMode, RedisConnection, RedisNode } from '../client/redis-connection.ts'
import { errorReplyCode } from '../commands/error-reply.ts'
import { sleep, within } from '../timing.ts'
import { SubscriberLine } from './subscriber-line.ts'
import { Subscription } from './subscription.ts'

const FIRST_PAUSE_MS = 20
const LAST_PAUSE_MS = 1000
/** Channels that are named in one command. */
const BATCH = 500

/** What subscriptions need of their backplane. */
export interface SubscriptionsOptions {
  readonly connection: RedisConnection
  /** How long a server may take to acknowledge, in milliseconds. */
  readonly timeoutMs: number
  /** How far a channel's log has come. */
  readonly positionOf: (keys: ChannelKeys) => Promise<Position>
  /** Called when `isWhole` may have changed. */
  readonly onChange: () => void
}

/**
 * The announcements that this process hears: one connection, or on a cluster one per server that has channels of ours.
 *
 * Each subscription is brought to where it should be, one step at a time. After a loss it is subscribed to again, the acknowledgement
 * awaited, and only then looked up how far the log has come: in any other order something passes by.
 */
export class Subscriptions {
  readonly #options: SubscriptionsOptions
  /** By pub/sub channel. */
  readonly #subscriptions = new Map<string, Subscription>()
  /** Those that are not where they should be. */
  readonly #unsettled = new Set<Subscription>()
  /** Those that a step is being taken for, or that rest after one that failed. */
  readonly #busy = new Set<Subscription>()
  /** By address. */
  readonly #lines = new Map<string, Promise<SubscriberLine>>()
  #mode: PubSubMode
  #isTurnDue = false
  #isClosed = false
  #lastError: unknown

  constructor(options: SubscriptionsOptions) {
    this.#options = options
    this.#mode = options.connection.isCluster ? 'sharded' : 'plain'
  }

  /** Whether every channel that is listened to is heard. */
  get isWhole(): boolean {
    for (const { isWanted, failures, state } of this.#unsettled) {
      if (!isWanted || state.name === 'armed') continue
      if (state.name === 'behind' || state.missed || failures > 0) return false
    }
    return true
  }

  /** Why something could not be listened to, or was not any more. */
  get lastError(): unknown {
    return this.#lastError
  }

  /** Those that hear everything. */
  get armed(): readonly Subscription[] {
    return [...this.#subscriptions.values()].filter(({ state }) => state.name === 'armed')
  }

  /** Listens to a channel. Resolves when the server acknowledged. @throws {EventStreamError} `unavailable`, `closed`. */
  async listen(keys: ChannelKeys, listener: (announcement: Announcement) => void): Promise<() => void> {
    const { timeoutMs } = this.#options
    const subscription = this.#subscriptions.get(keys.live) ?? new Subscription(keys)
    this.#subscriptions.set(keys.live, subscription)
    const remove = subscription.add(listener)
    const stop = (): void => {
      if (remove() && !subscription.isWanted) this.#settle(subscription)
    }
    if (subscription.state.name === 'away') this.#settle(subscription)
    const isArmed = await within(subscription.whenArmed(), timeoutMs)
    if (isArmed && !this.#isClosed) return stop
    stop()
    if (this.#isClosed) throw new EventStreamError('closed', 'the Redis backplane was closed')
    const detail = this.#lastError instanceof Error ? `: ${this.#lastError.message}` : ''
    throw new EventStreamError(
      'unavailable',
      `Redis acknowledged no subscription within ${timeoutMs} ms${detail}`,
      { cause: this.#lastError },
    )
  }

  /** Disconnects. Nothing is heard any more. */
  close(): void {
    this.#isClosed = true
    for (const opening of this.#lines.values()) opening.then((line) => line.close()).catch(() => undefined)
    this.#lines.clear()
    this.#subscriptions.clear()
    this.#unsettled.clear()
  }

  #settle(subscription: Subscription): void {
    if (this.#isClosed) return
    this.#unsettled.add(subscription)
    if (this.#isTurnDue) return
    this.#isTurnDue = true
    // What is asked for in one step is subscribed to in one command.
    queueMicrotask(() => {
      this.#isTurnDue = false
      this.#turn()
    })
  }

  /** Takes each a step on: away → behind or armed; behind → armed; unwanted → gone. */
  #turn(): void {
    const away: Subscription[] = []
    for (const subscription of this.#unsettled) {
      if (this.#busy.has(subscription)) continue
      const { isWanted, state } = subscription
      if (!isWanted) void this.#take([subscription], () => this.#drop(subscription))
      else if (state.name === 'away') away.push(subscription)
      else if (state.name === 'behind') void this.#take([subscription], () => this.#catchUp(subscription))
      else this.#unsettled.delete(subscription)
    }
    if (this.#mode === 'plain') {
      for (let start = 0; start < away.length; start += BATCH) {
        const batch = away.slice(start, start + BATCH)
        void this.#take(batch, () => this.#arm(batch))
      }
    } else for (const each of away) void this.#take([each], () => this.#armInShard(each))
  }

  /** Takes one step. After a failure these alone rest for a while: a server that is away holds up nobody else. */
  async #take(subscriptions: readonly Subscription[], step: () => Promise<void>): Promise<void> {
    for (const subscription of subscriptions) this.#busy.add(subscription)
    try {
      await step()
      for (const subscription of subscriptions) subscription.failures = 0
    } catch (error) {
      this.#lastError = error
      this.#options.onChange()
      const failures = Math.max(...subscriptions.map((subscription) => subscription.failures++))
      await sleep(Math.min(FIRST_PAUSE_MS * 2 ** failures, LAST_PAUSE_MS))
    }
    for (const subscription of subscriptions) this.#busy.delete(subscription)
    for (const subscription of subscriptions)
      if (this.#unsettled.has(subscription)) this.#settle(subscription)
    this.#options.onChange()
  }

  async #drop(subscription: Subscription): Promise<void> {
    const { state, keys } = subscription
    // Who listens from now on waits for a subscription of its own.
    subscription.state = { name: 'away', missed: false }
    if (state.name !== 'away')
      await state.line.unsubscribe(this.#mode, keys.live).catch(() => state.line.lose())
    if (subscription.isWanted) return
    this.#unsettled.delete(subscription)
    this.#subscriptions.delete(keys.live)
  }

  async #arm(subscriptions: readonly Subscription[]): Promise<void> {
    const line = await this.#lineToAny()
    await line.subscribe(
      'plain',
      subscriptions.map(({ keys }) => keys.live),
    )
    if (line.isOpen) for (const subscription of subscriptions) subscription.arm(line)
  }

  /** Asks the server that had the channel last, then the one that it names, then every other. */
  async #armInShard(subscription: Subscription): Promise<void> {
    const { keys, address = '' } = subscription
    const nodes = await this.#options.connection.nodes()
    const untried = new Map(nodes.map((node) => [node.address, node]))
    let failure: unknown = new Error('no server of the cluster has the channel')
    for (let node = untried.get(address) ?? nodes[0]; node;) {
      untried.delete(node.address)
      let named = ''
      try {
        const line = await this.#lineTo(node)
        await line.subscribe('sharded', [keys.live])
        subscription.address = node.address
        if (line.isOpen) subscription.arm(line)
        return
      } catch (error) {
        const code = errorReplyCode(error)
        // Redis 6: every server of a cluster hands every announcement on.
        if (code === 'ERR' && /unknown command/i.test(String(error))) this.#mode = 'plain'
        if (code === 'MOVED') named = (error as Error).message.split(' ').at(-1) ?? ''
        else failure = error
      }
      node = untried.get(named) ?? [...untried.values()][0]
    }
    // A client learns where servers went from the answers to its commands.
    await this.#options.positionOf(keys).catch(() => undefined)
    throw failure
  }

  async #lineToAny(): Promise<SubscriberLine> {
    const nodes = await this.#options.connection.nodes()
    const [open] = this.#lines.values()
    if (open) return open
    const node = nodes[Math.floor(Math.random() * nodes.length)]
    if (!node) throw new Error('no server is known')
    return this.#lineTo(node)
  }

  #lineTo(node: RedisNode): Promise<SubscriberLine> {
    const known = this.#lines.get(node.address)
    if (known) return known
    const opening = SubscriberLine.open(node, this.#options.timeoutMs, {
      onMessage: (channel, message) => this.#subscriptions.get(channel)?.receive(message),
      onLost: (line) => this.#lose(line),
    })
    this.#lines.set(node.address, opening)
    opening.then(
      (line) => this.#isClosed && line.close(),
      () => this.#lines.delete(node.address),
    )
    return opening
  }

  #lose(line: SubscriberLine): void {
    this.#lines.delete(line.address)
    this.#lastError = new Error('the connection for subscriptions was lost')
    for (const subscription of this.#subscriptions.values()) {
      const { state } = subscription
      if (state.name === 'away' || state.line !== line) continue
      subscription.state = { name: 'away', missed: true }
      this.#settle(subscription)
    }
    this.#options.onChange()
  }

  async #catchUp(subscription: Subscription): Promise<void> {
    const { state } = subscription
    const head = await this.#options.positionOf(subscription.keys)
    // Lost again meanwhile.
    if (state.name !== 'behind' || subscription.state !== state) return
    subscription.state = { name: 'armed', line: state.line }
    subscription.announce({ kind: 'head', head })
  }
}
