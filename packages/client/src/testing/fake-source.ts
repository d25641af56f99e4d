import type { EndBlock, GapBlock, OpenBlock } from '@millrace/core/protocol'
import type { AnswerOptions, FakeAnswer } from './fake-answer.ts'
import type { FakeRequest } from './fake-request.ts'

/** An event of a source without a contract. */
export interface FakeEvent {
  /** The event type. Default `message`. */
  readonly type?: string
  /** The data: text. */
  readonly data: string
  /** The id, as on the wire; any that the wire can carry. Default none. */
  readonly id?: string
}

/**
 * A server that lives in a test. It does what the test calls for, at once and without a timer; what it sends goes to all
 * responses that are open.
 */
export interface FakeSource<Event> {
  /** Stands in for `fetch`: as an option of whatever connects, or in place of the global one. */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>
  /** All requests so far, in order. */
  readonly requests: readonly FakeRequest[]
  /** The last request. @throws {Error} If there was none yet. */
  readonly latestRequest: FakeRequest
  /** Resolves when what was sent has arrived, and what comes of it at once has happened. Microtasks alone pass. */
  settled(): Promise<void>

  /**
   * Sends an event. A channel also keeps it, for clients that come back.
   *
   * @returns The event's id on the wire; empty where it has none.
   * @throws {TypeError} If the contract refuses it, or its type is reserved.
   * @throws {Error} If nobody is connected, unless the source is a channel.
   */
  emit(event: Event): string
  /** Sends text or bytes as they are. @throws {Error} If nobody is connected. */
  write(chunk: string | Uint8Array): void
  /** Sends a comment, as servers do to show that they are there. @throws {Error} If nobody is connected. */
  heartbeat(): void
  /** Sends a reconnection time, in milliseconds. @throws {Error} If nobody is connected. */
  retry(reconnectionTimeMs: number): void

  /** Sends `millrace.open`. By default fresh, delivering all, with a heartbeat of 15,000 ms or as the options say. */
  open(block?: Partial<OpenBlock>): void
  /** Sends `millrace.gap`, by default `overflow` and an unknown number. @throws {Error} If `millrace.open` was not sent. */
  gap(block?: Partial<GapBlock>): void
  /** Sends `millrace.snapshot`. @throws {Error} If `millrace.open` was not sent. */
  snapshot(state: unknown): void
  /** Sends `millrace.live`. @throws {Error} If `millrace.open` was not sent. */
  live(): void
  /** Sends `millrace.end`, and ends the responses. Default `'done'`. @throws {Error} If `millrace.open` was not sent. */
  end(reason?: EndBlock['reason']): void

  /** Plans how the next request is answered, or several: behind what is planned already. */
  answer(answer: FakeAnswer, options?: AnswerOptions): void
  /** Ends the responses in good order, without a word. @throws {Error} If nobody is connected. */
  close(): void
  /**
   * Breaks the responses off, at once or once so many more bytes were sent. With `afterBytes`, and nobody connected, it is the
   * next response that is cut, counted from its first byte.
   *
   * @throws {RangeError} If `afterBytes` is not a whole number from 0.
   * @throws {Error} If nobody is connected, without `afterBytes`.
   */
  cut(options?: { readonly afterBytes?: number }): void
  /** Holds everything back from now on, as a dead connection does: what is sent, and the answers to requests. */
  stall(): void
  /** Lets through what `stall` held back. */
  flow(): void
}
