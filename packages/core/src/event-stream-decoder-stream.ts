import type { EventStreamEvent } from './event-stream-event.ts'
import { createParser } from './parser.ts'
import type { Parser, ParserSettings } from './parser.ts'

/**
 * A transform from chunks of bytes or text to events, for pipelines: `body.pipeThrough(new EventStreamDecoderStream())`.
 *
 * Where a loop will do, {@link parseEventStream} is several times as fast. The callbacks run when a chunk is parsed,
 * which may be before the events ahead of them are read. A passed limit (`EventStreamError` `limit-exceeded`) and a callback
 * that throws make the stream fail, which by the rules of streams drops the events not yet read.
 *
 * @throws {RangeError} If a limit is below 1.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
// Inheritance, as `TextDecoderStream` has it: the platform's own way to name a transform.
export class EventStreamDecoderStream extends TransformStream<Uint8Array | string, EventStreamEvent> {
  constructor(options: ParserSettings = {}) {
    let parser: Parser
    super({
      start(controller) {
        parser = createParser({ ...options, onEvent: (event) => controller.enqueue(event) })
      },
      transform(chunk) {
        parser.feed(chunk)
      },
    })
  }
}
