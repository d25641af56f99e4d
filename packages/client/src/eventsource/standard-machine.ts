import { EventStreamError } from '@millrace/core'
import { StreamParser } from '@millrace/core/protocol'
import type { ConnectOptions } from '../connect-options.ts'
import { createMachine } from '../machine.ts'
import type { Attempt, Machine } from '../machine.ts'
import { DEFAULT_RECONNECTION_TIME_MS, MAX_STANDARD_RECONNECTION_TIME_MS } from '../policy.ts'
import { cancel, readBody } from '../read-body.ts'
import { sendRequest } from '../request.ts'
import { refusalOf } from '../response-check.ts'
import { settledBy } from '../transition.ts'
import type { AttemptEnd } from '../transition.ts'

/** What {@link createStandardMachine} works with. */
export interface StandardSource {
  /** The absolute URL. Each attempt begins with it, also after redirects. */
  readonly url: string
  readonly request: Pick<ConnectOptions, 'credentials' | 'headers' | 'fetch'>
  /** Fires an event. Listeners that throw do not make it throw. */
  readonly dispatch: (event: Event) => void
}

/** The events that changes of state are told by, once the state is what it is. */
const announcements: Readonly<Record<string, string>> = { open: 'open', waiting: 'error', failed: 'error' }

/**
 * Makes a connection by the standard's policy: any response that opens no stream is final, anything else that ends a stream
 * leads to another attempt.
 *
 * Where the standard lets a client choose: the reconnection time begins with 3 s, 250 ms is the shortest wait, and after
 * failures in a row, though not after a body that ended in good order, a backoff is waited as well.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model
 */
export function createStandardMachine({ url, request, dispatch }: StandardSource): Machine {
  const memory = {
    lastEventId: '',
    reconnectionTimeMs: DEFAULT_RECONNECTION_TIME_MS,
    maxReconnectionTimeMs: MAX_STANDARD_RECONNECTION_TIME_MS,
    isRepeatable: true,
  }
  const machine = createMachine({
    memory,
    attempt,
    random: Math.random,
    onStateChange({ status }) {
      const type = announcements[status]
      if (type) dispatch(new Event(type))
    },
  })

  async function attempt(each: Attempt): Promise<AttemptEnd> {
    const { state, signal } = each
    if (!/^https?:/.test(url)) {
      // The failure is told in a task of its own, when whoever made the source has had the time to listen.
      await new Promise((resolve) => setTimeout(resolve))
      return settledBy(new EventStreamError('network', `no scheme for streams: ${url}`))
    }
    const response = await sendRequest({ ...request, url }, { ...state, ...memory, signal })
    const refusal = refusalOf(response)
    if (!refusal && !signal.aborted) {
      machine.act({ status: 'open', openedAtMs: Date.now() })
      // A listener may have closed the source.
      if (!signal.aborted) return receive(response, each)
    }
    cancel(response.body)
    return settledBy(refusal)
  }

  async function receive(response: Response, { signal, end }: Attempt): Promise<AttemptEnd> {
    // Not every `fetch` says where its response came from in the end.
    const { origin } = new URL(response.url || url)
    const parser = new StreamParser({
      lastEventId: memory.lastEventId,
      onRetry(reconnectionTimeMs) {
        memory.reconnectionTimeMs = reconnectionTimeMs
      },
      onId(lastEventId) {
        memory.lastEventId = lastEventId
      },
      onEvent: ({ type, data, lastEventId }) =>
        dispatch(new MessageEvent(type, { data, origin, lastEventId })),
    })
    await readBody(response, parser, {
      signal,
      ready: async () => undefined,
      take(text) {
        try {
          parser.parse(text)
        } catch (error) {
          // Only a limit makes it throw. A resume would meet it again.
          end(settledBy(error as EventStreamError))
        }
      },
    })
    return { status: 'waiting', delivered: true }
  }

  return machine
}
