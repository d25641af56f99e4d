/** What is heard of a response. */
export interface HttpBodyListener {
  /** Called once, with the status. */
  readonly onStatus: (status: number) => void
  /** Called with the body, piece by piece, without what the transfer put around it. */
  readonly onBody: (text: string) => void
  /** Called when the response has come to its end in good order. */
  readonly onEnd: () => void
}

/**
 * Takes one HTTP/1.1 response apart, as cheaply as a load generator needs: the body is chunked, ends with its connection, as that of
 * a stream may that is not, or is taken to be empty.
 */
export class HttpBody {
  readonly #listener: HttpBodyListener
  #expects: 'head' | 'size' | 'data' | 'rest' | 'nothing' = 'head'
  /** Characters that are still to come of the chunk, its line end included. */
  #left = 0
  /** A head or a size that is not complete. */
  #rest = ''

  constructor(listener: HttpBodyListener) {
    this.#listener = listener
  }

  /** Takes bytes, as latin1. */
  push(text: string): void {
    const all = this.#rest === '' ? text : this.#rest + text
    this.#rest = ''
    let at = 0
    while (at < all.length && this.#expects !== 'nothing') {
      if (this.#expects === 'rest') return this.#listener.onBody(all.slice(at))
      const next = this.#expects === 'data' ? this.#takeData(all, at) : this.#takeLine(all, at)
      if (next === undefined) {
        this.#rest = all.slice(at)
        return
      }
      at = next
    }
  }

  #takeLine(all: string, at: number): number | undefined {
    const mark = this.#expects === 'head' ? '\r\n\r\n' : '\r\n'
    const end = all.indexOf(mark, at)
    if (end === -1) return undefined
    if (this.#expects === 'head') this.#takeHead(all.slice(at, end))
    else this.#takeSize(Number.parseInt(all.slice(at, end), 16))
    return end + mark.length
  }

  #takeHead(head: string): void {
    const isChunked = /\r\ntransfer-encoding: *chunked/i.test(head)
    const isStream = /\r\ncontent-type: *text\/event-stream/i.test(head)
    this.#expects = isChunked ? 'size' : isStream ? 'rest' : 'nothing'
    this.#listener.onStatus(Number(head.slice(9, 12)))
    if (this.#expects === 'nothing') this.#listener.onEnd()
  }

  #takeSize(size: number): void {
    this.#left = size + 2
    this.#expects = size === 0 ? 'nothing' : 'data'
    if (size === 0) this.#listener.onEnd()
  }

  #takeData(all: string, at: number): number {
    const end = Math.min(at + this.#left, all.length)
    // The two last characters are the chunk's line end.
    const last = Math.min(at + this.#left - 2, all.length)
    this.#left -= end - at
    if (this.#left === 0) this.#expects = 'size'
    if (last > at) this.#listener.onBody(all.slice(at, last))
    return end
  }
}
