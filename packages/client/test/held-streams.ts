import type { ConnectOptions } from '../src/index.ts'

/** One response that the test holds in its hands. */
export interface HeldStream {
  readonly url: string
  readonly headers: Headers
  /** Sends text as one chunk. */
  readonly write: (text: string) => void
  /** Ends the body in good order. */
  readonly end: () => void
  /** Whether the client still reads. */
  readonly isRead: () => boolean
}

/** A `fetch` without a network, for tests with a fake clock: each request is answered with a stream that stays open. */
export interface HeldStreams {
  readonly fetch: NonNullable<ConnectOptions['fetch']>
  /** The requests so far. */
  readonly streams: readonly HeldStream[]
  /** The latest request. Throws if there is none. */
  readonly latest: () => HeldStream
}

/**
 * Creates the streams.
 *
 * @param statuses - The statuses of the first answers; 200 for all others. Anything else has no body.
 */
export function holdStreams(...statuses: readonly number[]): HeldStreams {
  const streams: HeldStream[] = []
  const encoder = new TextEncoder()
  return {
    streams,
    latest() {
      const latest = streams.at(-1)
      if (!latest) throw new Error('nothing was requested yet')
      return latest
    },
    async fetch(url, { headers, signal }) {
      let isRead = true
      let controller: ReadableStreamDefaultController<Uint8Array> | undefined
      const status = statuses[streams.length] ?? 200
      const body = new ReadableStream<Uint8Array>({
        start(given) {
          controller = given
        },
        cancel() {
          isRead = false
        },
      })
      signal?.addEventListener('abort', () => {
        isRead = false
      })
      streams.push({
        url,
        headers: new Headers(headers),
        write: (text) => controller?.enqueue(encoder.encode(text)),
        end: () => controller?.close(),
        isRead: () => isRead,
      })
      return status === 200
        ? new Response(body, { headers: { 'content-type': 'text/event-stream' } })
        : new Response(null, { status })
    },
  }
}
