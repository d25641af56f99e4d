import { type ChunkingName, type Load, byteLoad, textLoad } from '../corpora/chunkings.ts'
import type { CorpusName } from '../corpora/corpora.ts'
import { type InterleaveOptions, type Measured, interleave } from '../harness/interleave.ts'
import { checkEvents } from './check-events.ts'
import { type MeasuredParser, byteParsers, textParsers } from './parsers.ts'

/** One cell: a kind of stream, cut in one way. */
export interface Cell {
  readonly corpus: CorpusName
  readonly chunking: ChunkingName
}

/** What to measure. */
export interface ParsingTask extends Cell, InterleaveOptions {
  readonly input: 'bytes' | 'text'
  readonly kibibytes: number
}

/** What was measured. */
export interface ParsingFigures {
  readonly bytes: number
  readonly chunks: number
  readonly events: number
  readonly contenders: readonly Measured[]
}

/** Checks the parsers' output, and measures them, in Node.js or in a page. */
export function measureParsers({ corpus, input, ...task }: ParsingTask): Promise<ParsingFigures> {
  const load = byteLoad(corpus, task)
  return input === 'bytes' ? measure(byteParsers, load, task) : measure(textParsers, textLoad(load), task)
}

async function measure<Chunk>(
  parsers: readonly MeasuredParser<Chunk>[],
  { chunks, bytes, events }: Load<Chunk>,
  options: InterleaveOptions,
): Promise<ParsingFigures> {
  for (const parser of parsers) checkEvents(parser.name, parser.events(chunks), events)
  const contenders = parsers.map(({ name, pass }) => ({ name, pass: () => pass(chunks) }))
  return {
    bytes,
    chunks: chunks.length,
    events: events.length,
    contenders: await interleave(contenders, options),
  }
}
