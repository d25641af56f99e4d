import type { CorpusName } from '../corpora/corpora.ts'
import type { EncodingFigures, EncodingTask } from '../encoding/encoders.ts'
import { defineSuite } from '../harness/suite.ts'
import { measureApart } from '../harness/measure-apart.ts'
import { type Ratio, geometricMean, intervalOf, ratioOf, ratioText } from '../harness/ratio.ts'
import { judged, targetTable } from '../harness/targets.ts'

const loads: readonly CorpusName[] = [
  'LLM tokens',
  'event + data',
  'ticks',
  'ids + heartbeats',
  'multi-line',
  'CJK + emoji',
  'big JSON',
]
const outputs: readonly { readonly output: EncodingTask['output']; readonly atLeast: number }[] = [
  { output: 'text', atLeast: 2 },
  { output: 'bytes', atLeast: 3 },
  { output: 'shared bytes', atLeast: 3 },
]

interface Cell extends EncodingFigures {
  readonly output: EncodingTask['output']
  readonly corpus: CorpusName
  readonly ratio: Ratio
}

/** Encoding events, as text and as bytes. */
export const encode = defineSuite({
  title: 'Encoding events, as text and as bytes, beside eventsource-encoder',
  method:
    "Events from a fixed seed, about `kibibytes` together, are encoded one by one: as text, as it is returned; as bytes with buffers of their own (`encodeEventBytes`); and as bytes that share memory (`createEventEncoder`). For bytes the peer comes with the platform's `TextEncoder`. " +
    'Each cell has a process of its own, with Millrace as it is built, all checks on. Both first show that their blocks have the fields that went in; then they are measured in turns for `rounds` ' +
    'rounds of `sampleMs` each, with another one first each time. A ratio is the time of the peer by that of Millrace: the median over rounds, and the interval that has the true ' +
    'one with 95 % or more. The first `loads` are measured.',
  settings: { rounds: 11, sampleMs: 50, kibibytes: 512, loads: loads.length },
  quick: { rounds: 5, sampleMs: 20 },
  async run({ loads: count, ...settings }, bench) {
    const cells: Cell[] = []
    for (const { output } of outputs) {
      for (const corpus of loads.slice(0, count)) {
        bench.note(`${corpus}, ${output}`)
        const figures = await measureApart(bench, 'encode', { corpus, output, ...settings })
        const [ours, peer] = figures.contenders
        if (!ours || !peer) throw new Error('a contender is missing')
        cells.push({ output, corpus, ratio: ratioOf(ours, peer), ...figures })
      }
    }
    const targets = outputs.map(({ output, atLeast }) => ({
      name: `${output}, geometric mean`,
      atLeast,
      ratio: meanOf(cells.filter((cell) => cell.output === output)),
    }))
    return {
      figures: { cells, targets: targets.map(judged) },
      tables: [
        {
          title: 'Per event',
          columns: ['', 'millrace', 'eventsource-encoder', 'times as fast'],
          rows: cells.map(({ output, corpus, events, contenders, ratio }) => [
            `${corpus}, ${output}`,
            ...contenders.map(
              ({ passMs }) => `${((intervalOf(passMs).median / events) * 1e6).toFixed(0)} ns`,
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

/** The geometric mean of cells, round by round, so that it has an interval as well. */
function meanOf(cells: readonly Cell[]): Ratio {
  const rounds = cells[0]?.contenders[0]?.passMs.length ?? 0
  return intervalOf(
    Array.from({ length: rounds }, (_, round) =>
      geometricMean(
        cells.map(({ contenders: [ours, peer] }) => (peer?.passMs[round] ?? 0) / (ours?.passMs[round] ?? 0)),
      ),
    ),
  )
}
