import { createFakeBody } from './fake-body.ts'
import type { FakeBody } from './fake-body.ts'
import { recordRequest } from './fake-request.ts'
import type { FakeRequest } from './fake-request.ts'
import type { FakeSource } from './fake-source.ts'

/** One request, and the response to it. */
export interface FakeExchange {
  /** The position that the client sent. */
  readonly lastEventId: string
  /** The body of the response. */
  readonly body: FakeBody
  /** Where the response stands; `refused` where it is no stream. */
  status: 'requested' | 'answered' | 'refused'
  /** Whether blocks of the protocol mean something on it. */
  isMillrace: boolean
}

/** What makes answers of a fake source's requests. */
export interface FakeServerOptions {
  /** Notes, when the request arrives, how to answer it: called once it may be answered. */
  readonly receive: () => (exchange: FakeExchange) => Response
}

/** The lower half of a fake source: requests, and the responses that are open. */
export interface FakeServer extends Pick<
  FakeSource<unknown>,
  'fetch' | 'requests' | 'settled' | 'stall' | 'flow'
> {
  /** The responses that can be sent to. */
  readonly open: readonly FakeExchange[]
  /** The same, at least one. @throws {Error} If there is none; it names the method that needs one. */
  connected(method: string): readonly FakeExchange[]
}

/** So many turns without anything being requested or read mean that everything has happened. A turn costs next to nothing. */
const QUIET_TURNS = 100

/** Creates a server without a network and without a timer. */
export function createFakeServer({ receive }: FakeServerOptions): FakeServer {
  const exchanges: FakeExchange[] = []
  const requests: FakeRequest[] = []
  /** Who waits for `flow`; `undefined` where everything flows. */
  let held: (() => void)[] | undefined
  let activities = 0
  const onActivity = (): void => void activities++

  const server: FakeServer = {
    requests,
    get open() {
      return exchanges.filter(({ status, body }) => status === 'answered' && body.isOpen)
    },
    connected(method) {
      const { open } = server
      if (open.length > 0) return open
      const why = requests.length === 0 ? 'nothing was requested yet' : 'no response is open any more'
      throw new Error(`${method}: nobody is connected, ${why}; await settled() lets a client connect`)
    },

    async fetch(input, init) {
      const { signal, ...request } = recordRequest(input, init)
      const body = createFakeBody({ onActivity })
      const { lastEventId } = request
      const exchange: FakeExchange = { lastEventId, body, status: 'requested', isMillrace: false }
      exchanges.push(exchange)
      requests.push({
        ...request,
        get isOpen() {
          return exchange.status !== 'refused' && body.isOpen
        },
      })
      onActivity()
      const respond = receive()
      signal?.addEventListener('abort', () => body.abort(signal.reason))
      if (signal?.aborted) body.abort(signal.reason)
      else if (held) await heldUp(signal)
      signal?.throwIfAborted()
      return respond(exchange)
    },

    async settled() {
      let known = activities
      for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
        await Promise.resolve()
        if (known !== activities) quiet = 0
        known = activities
      }
    },
    stall() {
      held ??= []
      for (const { body } of exchanges) body.hold(true)
    },
    flow() {
      const waiting = held ?? []
      held = undefined
      for (const { body } of exchanges) body.hold(false)
      for (const goOn of waiting) goOn()
    },
  }

  /** Waits until everything flows, or the client has enough of waiting. */
  function heldUp(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      held?.push(resolve)
      signal?.addEventListener('abort', () => resolve())
    })
  }

  return server
}
