import { type Channel, encodeEventBytes } from '@millrace/core'
import { isReservedType } from '@millrace/core/protocol'
import { endFrame } from '../channel/protocol-frames.ts'
import { reportError } from '../hub/hub-observer.ts'
import type { HubParts } from '../hub/hub-parts.ts'
import { plainBlock } from '../queue/block.ts'
import type { Session } from '../session/session.ts'
import type { YieldedEvent } from './stream-response.ts'

interface PumpOptions {
  readonly parts: HubParts
  readonly runInScope: <Result>(step: () => Result) => Result
  readonly contract: Channel | undefined
}

/** Pulls the source at the client's pace, and lets go of it however the stream ends. */
export async function pumpSource(
  session: Session,
  source: AsyncIterator<YieldedEvent>,
  { parts, runInScope, contract }: PumpOptions,
): Promise<void> {
  const { observer } = parts.options
  parts.sources.add(session)
  session.onEnd((cause) => {
    // An abort alone does not wake a source that is suspended at `yield`, and `return()` alone none that waits: both are
    // needed. One that heeds neither is abandoned, and stays counted.
    const released = cause === 'done' ? undefined : runInScope(async () => source.return?.())
    Promise.resolve(released)
      .catch((error: unknown) => reportError(observer, error))
      .finally(() => parts.sources.delete(session))
  })
  try {
    for (;;) {
      await session.ready()
      await parts.turn.giveWay()
      if (session.hasEnded) return
      const step = await runInScope(() => source.next())
      if (session.hasEnded) return
      if (step.done) break
      session.write(plainBlock(encodeYielded(step.value, contract)))
    }
    await session.ready()
    session.end('done', endFrame({ reason: 'done' }))
  } catch (error) {
    // A source that heeds its signal throws when the client is gone; that is no news.
    if (session.hasEnded) return
    reportError(observer, error)
    await session.ready()
    session.end('failed', endFrame({ reason: 'failed' }))
  }
}

function encodeYielded(event: YieldedEvent, contract: Channel | undefined): Uint8Array {
  const { type = 'message', data, id } = event
  if (isReservedType(type)) {
    throw new TypeError(`eventStream: the event type ${JSON.stringify(type)} is reserved`)
  }
  if (data === undefined) {
    throw new TypeError(`eventStream: an event of type ${JSON.stringify(type)} has no data`)
  }
  const text: string | undefined = contract
    ? contract.encode(type, data)
    : typeof data === 'string'
      ? data
      : JSON.stringify(data)
  // Without data no client would dispatch it, and nobody would know.
  if (text === undefined) {
    throw new TypeError(
      `eventStream: data of an event of type ${JSON.stringify(type)} is no JSON; got a ${typeof data}`,
    )
  }
  return encodeEventBytes({ event: type, data: text, id }, { ids: 'any' })
}
