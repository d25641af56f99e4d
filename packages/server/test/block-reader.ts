import { type EventStreamEvent, createParser } from '@millrace/core'

/** One thing read off a response. */
export type Block =
  | (EventStreamEvent & {
      readonly kind: 'event'
      /** The id that this very block carried. */ readonly id: string | undefined
    })
  | { readonly kind: 'comment' }
  | { readonly kind: 'retry'; readonly retryMs: number }

/** Reads a response block by block, as a client would, and tells which block carried which id. */
export class BlockReader {
  readonly response: Response
  /** The last event ID. */
  lastEventId = ''
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #blocks: Block[] = []
  #id: string | undefined
  readonly #parser = createParser({
    onId: (id) => void (this.#id = id),
    onEvent: (event) => {
      this.#blocks.push({ kind: 'event', ...event, id: this.#id })
      this.lastEventId = event.lastEventId
      this.#id = undefined
    },
    onComment: () => void this.#blocks.push({ kind: 'comment' }),
    onRetry: (retryMs) => void this.#blocks.push({ kind: 'retry', retryMs }),
  })

  constructor(response: Response) {
    if (!response.body) throw new Error(`status ${response.status} without a body`)
    this.response = response
    this.#reader = response.body.getReader()
  }

  /** The next block; `undefined` at the end of the body. */
  async next(): Promise<Block | undefined> {
    while (this.#blocks.length === 0) {
      const { done, value } = await this.#reader.read()
      if (done) return undefined
      this.#parser.feed(value)
    }
    return this.#blocks.shift()
  }

  /** The next event, past comments and retries; fails at the end of the body. */
  async event(): Promise<EventStreamEvent & { readonly id: string | undefined }> {
    for (let block = await this.next(); block; block = await this.next()) {
      if (block.kind === 'event') return block
    }
    throw new Error('the response ended')
  }

  /** The next `count` events. */
  async events(count: number): Promise<Array<EventStreamEvent & { readonly id: string | undefined }>> {
    const events: Array<EventStreamEvent & { readonly id: string | undefined }> = []
    while (events.length < count) events.push(await this.event())
    return events
  }

  /** All blocks to the end of the body. */
  async rest(): Promise<Block[]> {
    const blocks: Block[] = []
    for (let block = await this.next(); block; block = await this.next()) blocks.push(block)
    return blocks
  }

  /** Goes away. */
  cancel(): Promise<void> {
    return this.#reader.cancel()
  }
}

/** A request to a route, with a cursor if given. */
export function streamRequest(
  lastEventId = '',
  init: RequestInit & { readonly query?: string } = {},
): Request {
  const headers = new Headers({ accept: 'text/event-stream', ...(init.headers as Record<string, string>) })
  if (lastEventId) headers.set('last-event-id', lastEventId)
  return new Request(`http://localhost/stream${init.query ?? ''}`, { ...init, headers })
}
