import { EventStreamError } from '@millrace/core'
import type { InvalidDataPolicy } from '@millrace/core'
import { END, GAP, LIVE, OPEN, SNAPSHOT, StreamParser } from '@millrace/core/protocol'
import type { ConnectOptions } from './connect-options.ts'
import { guard } from './listeners.ts'
import type { Consumer, Listeners } from './listeners.ts'
import { createProtocolReader } from './protocol-reader.ts'
import type { OpenItem } from './protocol-reader.ts'
import type { PlainEvent, StreamItem } from './stream-item.ts'
import { settledBy } from './transition.ts'
import type { AttemptEnd } from './transition.ts'

/** What a connection remembers from one response to the next. */
export interface Memory {
  /** The last event ID string. */
  lastEventId: string
  /** The stream's reconnection time, in milliseconds. */
  reconnectionTimeMs: number
  /** Whether the request may be sent again. */
  isRepeatable: boolean
}

/** How the data of a source is read. */
export interface Contract {
  /** Reads the data of an event; throws where it is not what the source promised. */
  readonly decode: (type: string, text: string) => unknown
  /** What becomes of data that cannot be read. */
  readonly invalidData: InvalidDataPolicy
}

/** What {@link receive} works with. */
export interface ReceiveOptions {
  readonly memory: Memory
  readonly contract: Contract
  readonly options: Pick<ConnectOptions, 'isDone' | 'limits'>
  readonly listeners: Listeners<PlainEvent<unknown>>
  /** Ends the reception at once: nothing more of the response is delivered, not even the rest of a chunk. */
  readonly signal: AbortSignal
}

const handlers = { [GAP]: 'onGap', [SNAPSHOT]: 'onSnapshot', [LIVE]: 'onLive', [END]: 'onEnd' } as const

/**
 * Reads the body of a response that opened the stream, and delivers what it brings.
 *
 * @throws What the body throws when it breaks off, and an error if it ends where the stream does not.
 */
export async function receive(
  body: ReadableStream<Uint8Array> | null,
  { memory, contract, options, listeners, signal }: ReceiveOptions,
): Promise<AttemptEnd> {
  let isMillrace = false
  let deliveries = 0
  let end: AttemptEnd | undefined

  const parser = new StreamParser({
    lastEventId: memory.lastEventId,
    limits: options.limits,
    onRetry(reconnectionTimeMs) {
      memory.reconnectionTimeMs = reconnectionTimeMs
    },
    onId(lastEventId) {
      // The end's id says nothing of a position: who asks again after it wants the stream again.
      if (lastEventId !== END) memory.lastEventId = lastEventId
    },
    onEvent: createProtocolReader(memory.lastEventId, tell),
  })

  function deliver(call: (listener: Consumer<PlainEvent<unknown>>) => void): void {
    deliveries++
    listeners.deliver(call)
  }

  /** Ends the stream in good order, and drops the rest of the chunk. */
  function finish(): void {
    end = settledBy()
    parser.stop()
  }

  function tell(item: OpenItem | StreamItem<PlainEvent>): void {
    if ('replayed' in item) return tellEvent(item)
    if (item.type === OPEN) {
      isMillrace = true
      memory.isRepeatable ||= item.isResumable
      return
    }
    // Each item goes to the handler of its type.
    deliver((listener) => listener[handlers[item.type]]?.(item as never))
    if (item.type !== END) return
    if (item.data.reason === 'failed') throw new EventStreamError('source-failed', 'the source failed')
    finish()
  }

  function tellEvent(event: PlainEvent): void {
    if (guard(() => options.isDone?.(event))) return finish()
    let data: unknown
    try {
      data = contract.decode(event.type, event.data)
    } catch (cause) {
      if (contract.invalidData === 'fail') throw cause
      return deliver((listener) => listener.onInvalidData?.(asInvalidData(cause)))
    }
    deliver((listener) => listener.onEvent?.({ ...event, data }))
  }

  const reader = body?.getReader()
  const stop = (): void => {
    // Where a listener aborts, the rest of the chunk is dropped.
    parser.stop()
    // Not awaited, and whether the source minds being cancelled concerns nobody any more.
    reader?.cancel().catch(() => undefined)
  }
  signal.addEventListener('abort', stop)
  try {
    while (!end && !signal.aborted) {
      await listeners.room()
      const chunk = (await reader?.read())?.value
      if (!chunk || signal.aborted) break
      const deliveriesBefore = deliveries
      try {
        parser.parse(parser.decode(chunk))
      } catch (cause) {
        end = settledBy(asInvalidData(cause))
      }
      if (deliveries > deliveriesBefore) listeners.deliver((listener) => listener.onChunkEnd?.())
    }
  } finally {
    stop()
  }
  // A plain server says that it is done by ending the body, a Millrace server by `millrace.end`, and nobody by nothing.
  if ((isMillrace || !deliveries) && !end && !memory.isRepeatable) throw new Error('the stream broke off')
  return end ?? { status: 'waiting', delivered: deliveries > 0 }
}

/** What is thrown and has no code comes from reading data. */
function asInvalidData(cause: unknown): EventStreamError {
  return EventStreamError.is(cause)
    ? cause
    : new EventStreamError('invalid-data', 'data cannot be parsed', { cause })
}
