import { parseEventStream } from '@millrace/core'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import type { ExpectedEvent } from '../corpora/chunkings.ts'
import { asEvents } from '../parsing/parsers.ts'

/** A way to iterate a response, under measurement. */
export interface MeasuredIterator {
  readonly name: string
  /** Iterates to the end, and adds up the lengths of the data. */
  readonly pass: (response: Response) => Promise<number>
  /** Iterates to the end, and tells the events. */
  readonly events: (response: Response) => Promise<readonly ExpectedEvent[]>
}

/** The ways: ours, and the pipeline that the peer's documentation shows. */
export const iterators: readonly MeasuredIterator[] = [
  {
    name: 'millrace',
    async pass(response) {
      let length = 0
      for await (const { data } of parseEventStream(response)) length += data.length
      return length
    },
    events: (response) => Array.fromAsync(parseEventStream(response)),
  },
  {
    name: 'TextDecoderStream + EventSourceParserStream',
    async pass(response) {
      let length = 0
      for await (const { data } of pipeline(response)) length += data.length
      return length
    },
    events: async (response) => asEvents(await Array.fromAsync(pipeline(response))),
  },
]

function pipeline({ body }: Response) {
  if (!body) throw new Error('the response has no body')
  // The types of streams of bytes in Node.js and the DOM differ in the kinds of buffers that they allow.
  const decoder = new TextDecoderStream() as ReadableWritablePair<string, Uint8Array<ArrayBuffer>>
  return body.pipeThrough(decoder).pipeThrough(new EventSourceParserStream())
}
