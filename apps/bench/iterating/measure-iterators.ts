import { byteLoad } from '../corpora/chunkings.ts'
import { type InterleaveOptions, interleave } from '../harness/interleave.ts'
import { checkEvents } from '../parsing/check-events.ts'
import type { Cell, ParsingFigures } from '../parsing/measure-parsers.ts'
import { iterators } from './iterators.ts'

/** What to measure. */
export interface IteratingTask extends Cell, InterleaveOptions {
  readonly kibibytes: number
}

/** Checks what iterating a response gives, and measures it. */
export async function measureIterators({ corpus, ...task }: IteratingTask): Promise<ParsingFigures> {
  const { chunks, bytes, events } = byteLoad(corpus, task)
  for (const { name, events: eventsOf } of iterators) {
    checkEvents(name, await eventsOf(responseOf(chunks)), events)
  }
  const contenders = iterators.map(({ name, pass }) => ({ name, pass: () => pass(responseOf(chunks)) }))
  return {
    bytes,
    chunks: chunks.length,
    events: events.length,
    contenders: await interleave(contenders, task),
  }
}

/** A response whose body gives chunks one by one, as they are asked for. */
function responseOf(chunks: readonly Uint8Array[]): Response {
  let next = 0
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = chunks[next++]
        if (chunk) controller.enqueue(chunk)
        else controller.close()
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}
