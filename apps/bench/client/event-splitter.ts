/** A block of an event stream that has data. */
export interface SplitEvent {
  readonly type: string
  readonly data: string
  /** The block's own id; empty when it has none. */
  readonly id: string
}

/**
 * Cuts an event stream into events, as cheaply as a load generator needs: line ends are LF, and data is one line.
 *
 * Not the parser of Millrace: what judges it should not be made of it.
 */
export class EventSplitter {
  readonly #onEvent: (event: SplitEvent) => void
  readonly #onRetry: ((ms: number) => void) | undefined
  #rest = ''

  /** @param onRetry - Called with each reconnection time, in milliseconds. Default: those are not looked at. */
  constructor(onEvent: (event: SplitEvent) => void, onRetry?: (ms: number) => void) {
    this.#onEvent = onEvent
    this.#onRetry = onRetry
  }

  /** Takes a piece of the stream. */
  push(text: string): void {
    const all = this.#rest === '' ? text : this.#rest + text
    let at = 0
    for (let end = all.indexOf('\n\n'); end !== -1; end = all.indexOf('\n\n', at)) {
      const block = all.slice(at, end)
      const event = eventOf(block)
      at = end + 2
      const retry = this.#onRetry && RETRY.exec(block)
      if (retry) this.#onRetry?.(Number(retry[1]))
      if (event) this.#onEvent(event)
    }
    this.#rest = all.slice(at)
  }
}

const RETRY = /^retry: (\d+)$/m

function eventOf(block: string): SplitEvent | undefined {
  let type = 'message'
  let data: string | undefined
  let id = ''
  for (const line of block.split('\n')) {
    if (line.startsWith('data:')) data = valueOf(line, 5)
    else if (line.startsWith('event:')) type = valueOf(line, 6)
    else if (line.startsWith('id:')) id = valueOf(line, 3)
  }
  return data === undefined ? undefined : { type, data, id }
}

/** What stands behind the colon; not every server writes a space there. */
function valueOf(line: string, at: number): string {
  return line.slice(line.startsWith(' ', at) ? at + 1 : at)
}
