/** One request, and the response to it as the test writes it. */
export interface ScriptedExchange {
  readonly url: string
  readonly init: RequestInit
  readonly headers: Headers
  /** Whether the client still reads. */
  readonly isOpen: boolean
  /** Sends text as one chunk. */
  write(text: string): void
  /** Sends each text as the data of one event, all in one chunk. */
  send(...data: readonly string[]): void
  /** Ends the body. */
  end(): void
  /** Breaks the body off, as a lost connection does. */
  breakOff(): void
}

/** A server that lives in the test: give its `fetch` to what is tested. */
export interface ScriptedServer {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  /** The requests so far. */
  readonly exchanges: readonly ScriptedExchange[]
  /** The requests whose responses are still read. */
  readonly open: readonly ScriptedExchange[]
  /** The latest request. Throws if there is none. */
  readonly latest: ScriptedExchange
}

const encoder = new TextEncoder()

/** Creates a server whose responses are event streams without a first event. */
export function scriptedServer(
  respond?: (exchange: ScriptedExchange) => Response | undefined,
): ScriptedServer {
  const exchanges: ScriptedExchange[] = []
  return {
    exchanges,
    get open() {
      return exchanges.filter(({ isOpen }) => isOpen)
    },
    get latest() {
      const latest = exchanges.at(-1)
      if (!latest) throw new Error('nothing was requested yet')
      return latest
    },
    async fetch(url, init) {
      let isOpen = true
      let controller: ReadableStreamDefaultController<Uint8Array> | undefined
      const body = new ReadableStream<Uint8Array>({
        start: (given) => {
          controller = given
        },
        cancel: () => {
          isOpen = false
        },
      })
      const write = (text: string): void => controller?.enqueue(encoder.encode(text))
      const exchange: ScriptedExchange = {
        url,
        init,
        headers: new Headers(init.headers),
        get isOpen() {
          return isOpen
        },
        write,
        send: (...data) => write(data.map((text) => `data: ${text}\n\n`).join('')),
        end: () => {
          isOpen = false
          controller?.close()
        },
        breakOff: () => {
          isOpen = false
          controller?.error(new TypeError('the connection was lost'))
        },
      }
      exchanges.push(exchange)
      return respond?.(exchange) ?? new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    },
  }
}

/** Writes a block of a Millrace server. */
export function block(event: string, data: unknown, id?: string): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n${id === undefined ? '' : `id: ${id}\n`}\n`
}

/** The first block of a channel response. */
export function openBlock(resume: 'fresh' | 'resumed' | 'gap', id?: string): string {
  return block('millrace.open', { resume, delivery: 'all', heartbeatMs: 15000 }, id)
}
