import { createParser } from '@millrace/core'
import { type EventSourceMessage, createParser as createPeer } from 'eventsource-parser'
import type { ExpectedEvent } from '../corpora/chunkings.ts'

/** A parser under measurement. */
export interface MeasuredParser<Chunk> {
  readonly name: string
  /** Parses a stream, and adds up the lengths of its data. */
  readonly pass: (chunks: readonly Chunk[]) => number
  /** Parses a stream, and tells its events. */
  readonly events: (chunks: readonly Chunk[]) => readonly ExpectedEvent[]
}

// Each has a loop and a callback of its own, so that none makes the others' calls slower than they are in use.

function millraceParser<Chunk extends Uint8Array | string>(): MeasuredParser<Chunk> {
  return {
    name: 'millrace',
    pass(chunks) {
      let length = 0
      const parser = createParser({
        onEvent({ data }) {
          length += data.length
        },
      })
      for (const chunk of chunks) parser.feed(chunk)
      return length
    },
    events(chunks) {
      const events: ExpectedEvent[] = []
      const parser = createParser({ onEvent: (event) => events.push(event) })
      for (const chunk of chunks) parser.feed(chunk)
      return events
    },
  }
}

/** Parsers of bytes. The peer takes text, so that it comes with the platform's decoder, as it is used. */
export const byteParsers: readonly MeasuredParser<Uint8Array>[] = [
  millraceParser(),
  {
    name: 'eventsource-parser',
    pass(chunks) {
      let length = 0
      const decoder = new TextDecoder()
      const parser = createPeer({
        onEvent({ data }) {
          length += data.length
        },
      })
      for (const chunk of chunks) parser.feed(decoder.decode(chunk, { stream: true }))
      return length
    },
    events(chunks) {
      const decoder = new TextDecoder()
      return peerEvents(chunks.map((chunk) => decoder.decode(chunk, { stream: true })))
    },
  },
]

/** Parsers of text that somebody else has decoded. */
export const textParsers: readonly MeasuredParser<string>[] = [
  millraceParser(),
  {
    name: 'eventsource-parser',
    pass(chunks) {
      let length = 0
      const parser = createPeer({
        onEvent({ data }) {
          length += data.length
        },
      })
      for (const chunk of chunks) parser.feed(chunk)
      return length
    },
    events: peerEvents,
  },
]

function peerEvents(chunks: readonly string[]): readonly ExpectedEvent[] {
  const messages: EventSourceMessage[] = []
  const parser = createPeer({ onEvent: (message) => messages.push(message) })
  for (const chunk of chunks) parser.feed(chunk)
  return asEvents(messages)
}

/** What the peer tells, as the standard does: it gives the id of a block, not the last one of the stream. */
export function asEvents(messages: readonly EventSourceMessage[]): readonly ExpectedEvent[] {
  let lastEventId = ''
  return messages.map(({ event = 'message', data, id }) => {
    lastEventId = id ?? lastEventId
    return { type: event, data, lastEventId }
  })
}
