import { startPageServer } from '../browser/page-server.ts'
import type { ParsePage } from '../browser/parse-page.ts'
import { type ChunkingName, chunkingNames } from '../corpora/chunkings.ts'
import { type CorpusName, corpusNames } from '../corpora/corpora.ts'
import { openMeasuredPage } from '../harness/chromium.bench.ts'
import { node22 } from '../harness/node-22.ts'
import { type Suite, type Table, defineSuite } from '../harness/suite.ts'
import { measureApart } from '../harness/measure-apart.ts'
import { type Ratio, geometricMean, intervalOf, ratioOf } from '../harness/ratio.ts'
import { type Target, judged, targetTable } from '../harness/targets.ts'
import type { Cell, ParsingFigures, ParsingTask } from './measure-parsers.ts'

/** What differs between the suites that measure parsers. */
export interface ParsingSuiteOptions {
  readonly title: string
  readonly input: ParsingTask['input']
  /** The ratios to reach. */
  readonly targets: {
    readonly eachCell: number
    /** The geometric mean of all cells. */
    readonly mean: number
    /** Cells of their own; where they are several, the least of them counts. */
    readonly named: readonly {
      readonly name: string
      readonly cells: readonly (readonly [CorpusName, ChunkingName])[]
      readonly atLeast: number
    }[]
    /** Cells of other engines. */
    readonly elsewhere: readonly (Cell & { readonly where: Engine; readonly atLeast: number })[]
  }
}

type Engine = 'Node.js 22' | 'Chromium'

/** A cell that was measured: here, or in another engine. */
interface MeasuredCell extends Cell, ParsingFigures {
  readonly where: Engine | 'here'
  readonly ratio: Ratio
}

/** Makes a suite that measures parsers, cell by cell. */
export function parsingSuite({ title, input, targets }: ParsingSuiteOptions): Suite {
  return defineSuite({
    title,
    method:
      'Streams are made from a fixed seed, about `kibibytes` each (a quarter for chunks of a line or 64 B, a 32nd for 1 B), and cut before they are timed. Each cell, a kind of ' +
      'stream in one kind of chunks, has a process of its own, with Millrace as it is built. In it, parsers first show that they tell all events of the stream; then they are measured in turns for `rounds` rounds ' +
      'of `sampleMs` each, with another one first each time. Limits and errors are on; a callback adds up lengths of data. Bytes are decoded by a streaming ' +
      '`TextDecoder` for the peer, which takes text. A ratio is the time of the peer by that of Millrace: the median over rounds, and the interval that has the true ' +
      'one with 95 % or more. The first `corpora` kinds and the first `chunkings` of chunks are measured.',
    settings: {
      rounds: 11,
      sampleMs: 30,
      kibibytes: 1024,
      corpora: corpusNames.length,
      chunkings: chunkingNames.length,
    },
    quick: { rounds: 5, sampleMs: 10, kibibytes: 256 },
    async run({ corpora, chunkings, ...settings }, bench) {
      const cells = corpusNames
        .slice(0, corpora)
        .flatMap((corpus) => chunkingNames.slice(0, chunkings).map((chunking) => ({ corpus, chunking })))
      const here: MeasuredCell[] = []
      for (const cell of cells) {
        bench.note(`${cell.corpus}, ${cell.chunking}`)
        here.push(
          measuredCell('here', cell, await measureApart(bench, 'parse', { ...cell, ...settings, input })),
        )
      }
      const elsewhere: MeasuredCell[] = []
      for (const { where, corpus, chunking } of targets.elsewhere) {
        const task: ParsingTask = { corpus, chunking, ...settings, input }
        bench.note(`${where}: ${corpus}, ${chunking}`)
        if (where === 'Chromium') {
          elsewhere.push(measuredCell(where, task, await measureInChromium(task)))
        } else if (node22) {
          elsewhere.push(measuredCell(where, task, await measureApart(bench, 'parse', task, node22)))
        }
      }
      const mean = geometricMean(here.map(({ ratio }) => ratio.median))
      const reached = targetsOf(targets, here, elsewhere)
      return {
        figures: { cells: [...here, ...elsewhere], geometricMean: mean, targets: reached.map(judged) },
        tables: [ratioTable(here, chunkings), speedTable(here, chunkings), targetTable(reached)],
        problems: [],
      }
    },
  })
}

async function measureInChromium(task: ParsingTask): Promise<ParsingFigures> {
  const server = await startPageServer('parse-page')
  try {
    const page = await openMeasuredPage(server.url)
    try {
      return await page.call<ParsingFigures>('measureParsers' satisfies keyof ParsePage, task)
    } finally {
      await page.close()
    }
  } finally {
    await server.close()
  }
}

function measuredCell(
  where: MeasuredCell['where'],
  { corpus, chunking }: Cell,
  figures: ParsingFigures,
): MeasuredCell {
  const [ours, peer] = figures.contenders
  if (!ours || !peer) throw new Error('a contender is missing')
  return { where, corpus, chunking, ratio: ratioOf(ours, peer), ...figures }
}

function targetsOf(
  targets: ParsingSuiteOptions['targets'],
  here: readonly MeasuredCell[],
  elsewhere: readonly MeasuredCell[],
): readonly Target[] {
  const find = (cells: readonly MeasuredCell[], corpus: CorpusName, chunking: ChunkingName, where: string) =>
    cells.filter((cell) => cell.corpus === corpus && cell.chunking === chunking && cell.where === where)
  const least = (cells: readonly MeasuredCell[]): Ratio | undefined =>
    cells.map(({ ratio }) => ratio).toSorted((a, b) => a.median - b.median)[0]
  // Round by round, so that the mean has an interval as well.
  const rounds = here[0]?.contenders[0]?.passMs.length ?? 0
  const means = Array.from({ length: rounds }, (_, round) =>
    geometricMean(
      here.map(({ contenders: [ours, peer] }) => (peer?.passMs[round] ?? 0) / (ours?.passMs[round] ?? 0)),
    ),
  )
  const rows = [
    ...targets.named.map(({ name, cells, atLeast }) => ({
      name,
      atLeast,
      ratio: least(cells.flatMap(([corpus, chunking]) => find(here, corpus, chunking, 'here'))),
    })),
    {
      name: 'the cell with the least',
      atLeast: targets.eachCell,
      ratio: here.map(({ ratio }) => ratio).toSorted((a, b) => a.high - b.high)[0],
    },
    { name: 'geometric mean of all cells', atLeast: targets.mean, ratio: intervalOf(means) },
    ...targets.elsewhere.map(({ where, corpus, chunking, atLeast }) => ({
      name: `${where}: ${corpus}, ${chunking}`,
      atLeast,
      ratio: least(find(elsewhere, corpus, chunking, where)),
    })),
  ]
  // What was not measured, in a run of fewer cells, has no row.
  return rows.flatMap(({ ratio, ...row }) => (ratio ? [{ ...row, ratio }] : []))
}

function ratioTable(cells: readonly MeasuredCell[], chunkings: number): Table {
  return grid('Times as fast as eventsource-parser (median; the interval is in --json)', cells, {
    chunkings,
    text: ({ ratio }) => ratio.median.toFixed(2),
  })
}

function speedTable(cells: readonly MeasuredCell[], chunkings: number): Table {
  return grid('Millrace, MB of stream per second', cells, {
    chunkings,
    text: ({ bytes, contenders: [ours] }) =>
      (bytes / 1000 / intervalOf(ours?.passMs ?? []).median).toFixed(1),
  })
}

function grid(
  title: string,
  cells: readonly MeasuredCell[],
  { chunkings, text }: { readonly chunkings: number; readonly text: (cell: MeasuredCell) => string },
): Table {
  return {
    title,
    columns: ['', ...chunkingNames.slice(0, chunkings)],
    rows: [...new Set(cells.map(({ corpus }) => corpus))].map((corpus) => [
      corpus,
      ...cells.filter((cell) => cell.corpus === corpus).map(text),
    ]),
  }
}
