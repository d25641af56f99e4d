import { parseEventStream } from '@millrace/core'
import { getHub, type ReadSnapshot } from '@millrace/next'
import { rooms } from '../../lib/streams.ts'
import { type Message, SHOWN_MESSAGES } from '../message.ts'

/**
 * Reads the newest messages of a room, and the position behind them, in one step: the log is the store.
 *
 * From a stream as any client is given it, since that says `millrace.live` when everything that was there has been sent.
 *
 * @throws {Error} If the log cannot be read now.
 */
export async function readRoom(id: string): Promise<ReadSnapshot<readonly Message[]>> {
  const options = { start: { last: SHOWN_MESSAGES } }
  const response = await getHub().respond(new Request('http://localhost/'), rooms({ id }), options)
  const messages: Message[] = []
  for await (const { type, data, lastEventId } of parseEventStream(response)) {
    // Written by `say`, and by nobody else.
    if (type === 'message') messages.push(JSON.parse(data) as Message)
    if (type === 'millrace.live') return { state: messages, lastEventId }
  }
  throw new Error(`the room ${id} cannot be read now`)
}
