import type { Children } from '../harness/children.ts'
import { checkOpenFiles } from '../harness/open-files.ts'
import { type Ratio, intervalOf, ratioText } from '../harness/ratio.ts'
import { type Finding, defineSuite } from '../harness/suite.ts'
import { judged, targetTable } from '../harness/targets.ts'
import {
  type IdleFigures,
  type IdleMemory,
  type IdleServer,
  measureIdle,
  startNodeServer,
} from '../memory/measure-idle.ts'
import { buildNextApp, startNextServer } from '../memory/next-idle-server.ts'

/** A kind of server, and the one that its memory is compared with. */
interface Contender {
  readonly name: string
  readonly start: (children: Children) => Promise<IdleServer>
}

/** Servers on one platform; the first is ours, the second is the platform's own. */
interface Field {
  readonly name: string
  /** Whether it is part of a Next.js app, which has to be built; the setting `next` leaves it out. */
  readonly needsBuild: boolean
  readonly contenders: readonly Contender[]
}

const fields: readonly Field[] = [
  {
    name: 'toNodeHandler',
    needsBuild: false,
    contenders: [
      { name: 'millrace', start: (children) => startNodeServer(children, 'millrace') },
      { name: 'plain node:http', start: (children) => startNodeServer(children, 'plain') },
      { name: 'better-sse', start: (children) => startNodeServer(children, 'better-sse') },
    ],
  },
  {
    name: 'Next.js route',
    needsBuild: true,
    contenders: [
      { name: 'millrace', start: () => startNextServer('millrace') },
      { name: 'plain ReadableStream', start: () => startNextServer('plain') },
    ],
  },
]

interface Measured {
  readonly field: string
  readonly name: string
  readonly rounds: readonly IdleFigures[]
}

/** What one more stream costs while nothing happens on it. */
export const memory = defineSuite({
  title: 'Memory per idle stream, beside the platform itself',
  method:
    'Each contender serves in a process of its own; one further process opens `few` streams, and then up to `many`, and waits until something has come on each. After either, ' +
    'the server collects its garbage, returning what it has no more use for, and its memory is read; a stream costs the difference by their number, so that ' +
    'what a server needs anyway does not count. All contenders take their turn in each of `rounds` rounds, another one first each time. "plain" keeps responses of the platform ' +
    'in a set, and writes the same headers; the plain route of Next.js keeps a `ReadableStream` for each client, both on `next start`. A ratio is taken round by round: its median, and the interval that has the true one with 95 % or more.',
  settings: { few: 2000, many: 10_000, rounds: 6, next: 1 },
  quick: { few: 500, many: 2000, rounds: 3 },
  async run({ few, many, rounds, next }, { children, note }) {
    checkOpenFiles(many)
    const taking = fields.filter(({ needsBuild }) => !needsBuild || next > 0)
    if (next > 0) {
      note('next build')
      await buildNextApp()
    }
    const all = taking.flatMap(({ name: field, contenders }) =>
      contenders.map((each) => ({ field, ...each })),
    )
    const measured = all.map(({ field, name }) => ({ field, name, rounds: [] as IdleFigures[] }))
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < all.length; turn++) {
        const index = (round + turn) % all.length
        const { field, name, start } = all[index] as (typeof all)[number]
        note(`round ${round + 1}: ${field}, ${name}`)
        const localAddress = `127.0.1.${((round * all.length + turn) % 250) + 1}`
        measured[index]?.rounds.push(
          await measureIdle(children, await start(children), { few, many, localAddress }),
        )
      }
    }
    return findingOf(taking, measured)
  },
})

function findingOf(fields: readonly Field[], measured: readonly Measured[]): Finding {
  const ratios = fields.map(({ name, contenders }) => {
    const [ours, plain] = contenders.map((contender) =>
      measured.find((each) => each.field === name && each.name === contender.name),
    )
    if (!ours || !plain) throw new Error(`${name} lacks a contender`)
    const ratio = (of: keyof IdleMemory): Ratio =>
      intervalOf(
        ours.rounds.map(
          ({ perStream }, round) => perStream[of] / (plain.rounds[round]?.perStream[of] ?? Number.NaN),
        ),
      )
    return { name, rss: ratio('rss'), heapUsed: ratio('heapUsed') }
  })
  const targets = ratios.map(({ name, rss }) => ({
    name: `${name}, resident memory beside plain`,
    atMost: 1.1,
    ratio: rss,
  }))
  const kilobytes = (rounds: readonly IdleFigures[], of: keyof IdleMemory): string => {
    const { median, low, high } = intervalOf(rounds.map(({ perStream }) => perStream[of] / 1024))
    return `${median.toFixed(1)} KiB (${low.toFixed(1)}–${high.toFixed(1)})`
  }
  return {
    figures: { measured, ratios, targets: targets.map(judged) },
    tables: [
      {
        title: 'Per idle stream',
        columns: ['', 'resident (RSS)', 'of it JavaScript heap'],
        rows: measured.map(({ field, name, rounds }) => [
          `${field}, ${name}`,
          kilobytes(rounds, 'rss'),
          kilobytes(rounds, 'heapUsed'),
        ]),
      },
      {
        title: 'Millrace beside plain, JavaScript heap alone',
        columns: ['', 'ratio'],
        rows: ratios.map(({ name, heapUsed }) => [name, ratioText(heapUsed)]),
      },
      targetTable(targets),
    ],
    problems: [],
  }
}
