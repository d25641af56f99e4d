import { setTimeout as delay } from 'node:timers/promises'

const LOOK_MS = 10

/** What lies between a server and its clients. It can break and it can clog, as a phone's does in a tunnel. */
export interface Line {
  /** Resolves when a request gets through. */
  whenUp(): Promise<void>
  /** Leads a response over the line. */
  carry(response: Response): Response
  /** Breaks every response in the middle of an event, and lets no request through for so long, in milliseconds. */
  cut(forMs: number): void
  /** Carries nothing for so long, in milliseconds. What the server writes meanwhile waits with the server. */
  clog(forMs: number): void
}

/** Creates a line that is up. */
export function createLine(): Line {
  let cuts = 0
  let upAtMs = 0
  let flowsAtMs = 0
  return {
    async whenUp() {
      while (performance.now() < upAtMs) await delay(LOOK_MS)
    },
    carry(response) {
      if (!response.body) return response
      const cutsBefore = cuts
      const isCut = (): boolean => cuts > cutsBefore
      const line = new TransformStream<Uint8Array, Uint8Array>(
        {
          async transform(chunk, controller) {
            while (performance.now() < flowsAtMs && !isCut()) await delay(LOOK_MS)
            if (!isCut()) return controller.enqueue(chunk)
            controller.enqueue(chunk.subarray(0, chunk.length / 2))
            controller.terminate()
          },
        },
        undefined,
        // Without a buffer of its own: what waits has to wait where the server's policy for slow clients reaches it.
        { highWaterMark: 0 },
      )
      return new Response(response.body.pipeThrough(line), response)
    },
    cut(forMs) {
      cuts++
      upAtMs = Math.max(upAtMs, performance.now() + forMs)
    },
    clog(forMs) {
      flowsAtMs = Math.max(flowsAtMs, performance.now() + forMs)
    },
  }
}
