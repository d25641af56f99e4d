import type { PubSubMode, RedisNode, SubscriberConnection } from '../client/redis-connection.ts'
import { errorReplyCode } from '../commands/error-reply.ts'
import { within } from '../timing.ts'

/** What a line tells its owner. */
export interface LineEvents {
  /** A message arrived on a pub/sub channel. */
  readonly onMessage: (channel: string, message: string) => void
  /** The line is gone, with all its subscriptions. Called once, unless its owner closed it. */
  readonly onLost: (line: SubscriberLine) => void
}

/** A subscriber connection on which every wait is bounded: a server that does not answer in time has lost the line. */
export class SubscriberLine {
  /** The server's address. */
  readonly address: string
  readonly #connection: SubscriberConnection
  readonly #timeoutMs: number
  readonly #onLost: LineEvents['onLost']
  #isClosed = false

  private constructor(
    address: string,
    options: { connection: SubscriberConnection; timeoutMs: number; onLost: LineEvents['onLost'] },
  ) {
    this.address = address
    this.#connection = options.connection
    this.#timeoutMs = options.timeoutMs
    this.#onLost = options.onLost
  }

  /** Opens a line to a server. @throws {Error} What the client says, or that it took longer than `timeoutMs`. */
  static async open(
    node: RedisNode,
    timeoutMs: number,
    { onMessage, onLost }: LineEvents,
  ): Promise<SubscriberLine> {
    let line: SubscriberLine | undefined
    let isLost = false
    const opening = node.openSubscriber({
      onMessage,
      onLost: () => {
        isLost = true
        line?.lose()
      },
    })
    const connection = await within(opening, timeoutMs)
    if (!connection) {
      opening.then((late) => late.close()).catch(() => undefined)
      throw new Error(`no connection within ${timeoutMs} ms`)
    }
    if (isLost) throw new Error('the connection ended as it began')
    line = new SubscriberLine(node.address, { connection, timeoutMs, onLost })
    return line
  }

  /** Whether it was neither lost nor closed. */
  get isOpen(): boolean {
    return !this.#isClosed
  }

  /** Subscribes, and awaits the acknowledgement. @throws {Error} If the server refuses, or the line is lost. */
  subscribe(mode: PubSubMode, channels: readonly string[]): Promise<void> {
    return this.#ask(this.#connection.subscribe(mode, channels))
  }

  /** Unsubscribes, and awaits the acknowledgement. @throws {Error} If the line is lost. */
  unsubscribe(mode: PubSubMode, channel: string): Promise<void> {
    return this.#ask(this.#connection.unsubscribe(mode, channel))
  }

  /** Gives the line up: its subscriptions go to another. */
  lose(): void {
    if (this.#isClosed) return
    this.close()
    this.#onLost(this)
  }

  /** Disconnects. */
  close(): void {
    this.#isClosed = true
    this.#connection.close()
  }

  async #ask(question: Promise<void>): Promise<void> {
    try {
      const answer = await within(
        question.then(() => true),
        this.#timeoutMs,
      )
      if (!answer) throw new Error(`no acknowledgement within ${this.#timeoutMs} ms`)
    } catch (error) {
      if (errorReplyCode(error) === undefined) this.lose()
      throw error
    }
  }
}
