import type { ChunkingName } from '../corpora/chunkings.ts'
import type { CorpusName } from '../corpora/corpora.ts'
import { defineSuite } from '../harness/suite.ts'
import { measureApart } from '../harness/measure-apart.ts'
import { type Ratio, intervalOf, ratioOf, ratioText } from '../harness/ratio.ts'
import { judged, targetTable } from '../harness/targets.ts'
import type { ParsingFigures } from '../parsing/measure-parsers.ts'

const cells: readonly (readonly [CorpusName, ChunkingName])[] = [
  ['LLM tokens', 'event'],
  ['LLM tokens', '16 KiB'],
  ['event + data', 'event'],
  ['event + data', '16 KiB'],
  ['ticks', 'event'],
  ['ticks', '16 KiB'],
  ['ids + heartbeats', 'event'],
  ['ids + heartbeats', '16 KiB'],
]

/** `for await` over a response. */
export const iterate = defineSuite({
  title: '`for await` over a response, beside TextDecoderStream and EventSourceParserStream',
  method:
    'A `Response` whose body gives chunks of a stream as they are asked for (about `kibibytes`, from a fixed seed) is iterated to its end: with `parseEventStream`, and with the ' +
    "peer's pipeline of two transforms. Each cell has a process of its own, with Millrace as it is built. Both first show that they give all events; then they are measured in turns for `rounds` rounds of " +
    '`sampleMs` each, with another one first each time. A ratio is the time of the pipeline by that of Millrace: the median over rounds, and the interval that has the true ' +
    'one with 95 % or more. The first `cells` are measured.',
  settings: { rounds: 11, sampleMs: 100, kibibytes: 256, cells: cells.length },
  quick: { rounds: 5, sampleMs: 30 },
  async run({ cells: count, ...settings }, bench) {
    const measured: (ParsingFigures & { readonly name: string; readonly ratio: Ratio })[] = []
    for (const [corpus, chunking] of cells.slice(0, count)) {
      const name = `${corpus}, ${chunking === 'event' ? 'one event per chunk' : chunking}`
      bench.note(name)
      const figures = await measureApart(bench, 'iterate', { corpus, chunking, ...settings })
      const [ours, peer] = figures.contenders
      if (!ours || !peer) throw new Error('a contender is missing')
      measured.push({ name, ratio: ratioOf(ours, peer), ...figures })
    }
    const targets = measured.map(({ name, ratio }) => ({ name, atLeast: 2.5, ratio }))
    return {
      figures: { cells: measured, targets: targets.map(judged) },
      tables: [
        {
          title: 'Per event',
          columns: ['', 'millrace', 'pipeline', 'times as fast'],
          rows: measured.map(({ name, events, contenders, ratio }) => [
            name,
            ...contenders.map(
              ({ passMs }) => `${((intervalOf(passMs).median / events) * 1000).toFixed(2)} µs`,
            ),
            ratioText(ratio),
          ]),
        },
        targetTable(targets),
      ],
      problems: [],
    }
  },
})
