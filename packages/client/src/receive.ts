import { EventStreamError } from '@millrace/core'
import type { InvalidDataPolicy } from '@millrace/core'
import { END, StreamParser } from '@millrace/core/protocol'
import type { ConnectOptions } from './connect-options.ts'
import { guard } from './listeners.ts'
import type { Tell } from './listeners.ts'
import type { Attempt, Memory } from './machine.ts'
import { createProtocolReader } from './protocol-reader.ts'
import { readBody } from './read-body.ts'
import { settledBy } from './transition.ts'
import type { AttemptEnd } from './transition.ts'
import { createWatchdog } from './watchdog.ts'

/** How the data of a source is read. */
export interface Contract {
  /** Reads the data of an event; throws where it is not what the source promised. */
  readonly decode: (type: string, text: string) => unknown
  /** What becomes of data that cannot be read. */
  readonly invalidData: InvalidDataPolicy
}

/** What {@link receive} works with. */
export interface ReceiveOptions {
  readonly memory: Memory & { stalls: number }
  readonly options: ConnectOptions & { readonly contract: Contract }
  readonly tell: Tell
}

/** Receives a response that opens the stream, and delivers what it brings. */
export async function receive(
  response: Response,
  attempt: Attempt,
  { memory, options, tell }: ReceiveOptions,
): Promise<AttemptEnd> {
  const { signal, end, drop } = attempt
  const expectBytes = createWatchdog(attempt, memory)
  let heartbeatMs = options.heartbeatMs
  let isMillrace = false
  let hasDelivered = false

  const parser = new StreamParser({
    lastEventId: memory.lastEventId,
    limits: options.limits,
    onRetry(reconnectionTimeMs) {
      memory.reconnectionTimeMs = reconnectionTimeMs
    },
    onId(id) {
      // The end's id says nothing of a position: who asks again after it wants the stream again.
      if (id !== END) memory.lastEventId = id
    },
    onComment() {
      // Behind the open block a comment is a heartbeat that came through.
      if (heartbeatMs) memory.stalls = 0
    },
    onEvent: createProtocolReader(memory, {
      onOpen(isResumable, serverHeartbeatMs) {
        isMillrace = true
        memory.isRepeatable ||= isResumable
        heartbeatMs ??= serverHeartbeatMs
      },
      onItem(name, item) {
        hasDelivered = true
        tell(name, item)
        if (name !== 'onEnd') return
        if (item.data.reason === 'failed') throw new EventStreamError('source-failed', 'the source failed')
        end(settledBy())
      },
      onEvent(event) {
        hasDelivered = true
        if (guard(() => options.isDone?.(event))) return end(settledBy())
        let data: unknown
        try {
          data = options.contract.decode(event.type, event.data)
        } catch (cause) {
          if (options.contract.invalidData === 'fail') throw cause
          return void tell('onInvalidData', asInvalidData(cause))
        }
        tell('onEvent', { ...event, data })
      },
    }),
  })
  await readBody(response, parser, {
    signal,
    async ready() {
      expectBytes()
      await Promise.allSettled(tell('room'))
      expectBytes(heartbeatMs)
    },
    take(text) {
      try {
        parser.parse(text)
      } catch (cause) {
        end(settledBy(asInvalidData(cause)))
      }
      tell('onChunkEnd', text)
    },
  })
  // A plain server says that it is done by ending the body, a Millrace server by `millrace.end`, and nobody by nothing.
  if ((isMillrace || !hasDelivered) && !memory.isRepeatable) drop()
  return { status: 'waiting', delivered: hasDelivered }
}

/** What is thrown and has no code comes from reading data. */
function asInvalidData(cause: unknown): EventStreamError {
  return EventStreamError.is(cause) ? cause : new EventStreamError('invalid-data', 'invalid data', { cause })
}
