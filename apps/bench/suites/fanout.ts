import type { FanoutReaderCommands } from '../children/fanout-readers.ts'
import type { FanoutServerCommands } from '../children/fanout-server.ts'
import { type ContenderName, contenders } from '../contenders/contenders.ts'
import { type Audience, type CostSample, costOf, openAudience } from '../harness/audience.ts'
import { checkOpenFiles } from '../harness/open-files.ts'
import { type Ratio, intervalOf } from '../harness/ratio.ts'
import { microseconds, milliseconds } from '../harness/report.ts'
import { type Summary, summaryOf } from '../harness/statistics.ts'
import { type Bench, type Table, defineSuite } from '../harness/suite.ts'
import { type Target, judged, targetTable } from '../harness/targets.ts'

const MAX_TURN_MS = 10
const BURST = 10

/** What a crowd of one size cost each contender. */
interface Crowd {
  readonly streams: number
  readonly contenders: readonly Figures[]
}

interface Figures {
  readonly name: ContenderName
  /** CPU time of the server per delivered event, in microseconds; round by round, and summed up. */
  readonly perDeliveryUs: Summary & { readonly rounds: readonly number[] }
  /** What ten events in one tick cost, in broadcasts of one event; in the smaller crowd alone. */
  readonly burst?: Ratio
  /** How long a broadcast held the event loop, in milliseconds. */
  readonly longestTurnMs: Summary
}

/** One event to many streams, beside what else does it. */
export const fanout = defineSuite({
  title:
    'One event to 1,000 and to 10,000 streams of `node:http`, beside plain writes, raw sockets and better-sse',
  method:
    'Each contender has a server process and a process of readers of its own, and all streams stay open throughout. Readers hold every event to what was sent: once, in order, whole; ' +
    'before anything is timed, and meanwhile. In each of `rounds` rounds, with another one first each time, a contender broadcasts events of about a kilobyte (`padBytes` and what is around it) at a pace that ' +
    'lets readers keep up; when all have read all, the CPU time of its server process, user and kernel, is divided by the events that were delivered. Then `burst` of them in one tick, likewise, ' +
    'compared with one. Apart from that, over `turns` broadcasts, the longest turn of the event loop from a broadcast until all have read it, watched from a loop of `setImmediate`. ' +
    'All encode an event once, but better-sse, whose way it is to encode it for each client; Millrace alone keeps a history, checks positions, bounds queues and gives signs of life.',
  settings: { streams: 1000, manyStreams: 10_000, rounds: 11, turns: 11, padBytes: 980 },
  quick: { streams: 1000, manyStreams: 0, rounds: 5, turns: 5 },
  async run({ streams, manyStreams, ...settings }, bench) {
    const crowds: Crowd[] = []
    for (const count of [streams, manyStreams]) {
      if (count === 0) continue
      crowds.push(await measure(bench, { streams: count, hasBurst: count === streams, ...settings }))
    }
    const targets = crowds.flatMap(targetsOf)
    return {
      figures: { crowds, targets: targets.map(judged) },
      tables: [...crowds.map(tableOf), targetTable(targets)],
      problems: crowds.flatMap(problemsOf),
    }
  },
})

interface Settings {
  readonly streams: number
  readonly hasBurst: boolean
  readonly rounds: number
  readonly turns: number
  readonly padBytes: number
}

async function measure(
  bench: Bench,
  { streams, hasBurst, rounds, turns, padBytes }: Settings,
): Promise<Crowd> {
  checkOpenFiles(streams)
  bench.note(`opening ${streams} streams of each`)
  const names = Object.keys(contenders) as ContenderName[]
  const audiences: Array<Audience & { readonly name: ContenderName }> = []
  for (const name of names)
    audiences.push({ name, ...(await openServer(bench, name, { streams, padBytes })) })

  // Some 20,000 deliveries a time; slower than the slowest contender.
  const one: CostSample = {
    count: Math.max(1, Math.round(20_000 / streams)),
    events: 1,
    everyMs: streams / 30,
    padBytes,
  }
  const many: CostSample = { count: 2, events: BURST, everyMs: streams / 3, padBytes }
  bench.note('warming up')
  for (const audience of audiences) {
    for (let times = 0; times < 3; times++) await costOf(audience, one)
    if (hasBurst) await costOf(audience, many)
  }

  const costs = new Map(names.map((name) => [name, { one: [] as number[], many: [] as number[] }]))
  for (let round = 0; round < rounds; round++) {
    bench.note(`${streams} streams, round ${round + 1}`)
    const first = round % audiences.length
    for (const audience of [...audiences.slice(first), ...audiences.slice(0, first)]) {
      const cost = costs.get(audience.name)
      cost?.one.push(await costOf(audience, one))
      if (hasBurst) cost?.many.push(await costOf(audience, many))
    }
  }

  bench.note('watching turns')
  const longest = new Map(names.map((name) => [name, [] as number[]]))
  for (let turn = 0; turn < turns; turn++) {
    for (const { name, server, sendAll } of audiences) {
      await server.ask('watchTurns')
      await sendAll({ count: 1, events: 1, everyMs: 0, padBytes })
      longest.get(name)?.push(await server.ask('longestTurnMs'))
    }
  }
  for (const { leave } of audiences) await leave()
  return {
    streams,
    contenders: names.map((name) => {
      const { one: ones, many: manys } = costs.get(name) ?? { one: [], many: [] }
      return {
        name,
        perDeliveryUs: { ...summaryOf(ones), rounds: ones },
        ...(hasBurst && {
          burst: intervalOf(manys.map((cost, round) => (cost * BURST) / (ones[round] ?? NaN))),
        }),
        longestTurnMs: summaryOf(longest.get(name) ?? []),
      }
    }),
  }
}

async function openServer(
  { children }: Bench,
  name: ContenderName,
  { streams, padBytes }: Pick<Settings, 'streams' | 'padBytes'>,
): Promise<Audience> {
  const server = await children.start<FanoutServerCommands>('fanout-server', {
    isMeasured: name === 'millrace',
  })
  const readers = await children.start<FanoutReaderCommands>('fanout-readers')
  const port = await server.ask('listen', name)
  return openAudience(server, readers, { port, path: '/', count: streams, padBytes })
}

function targetsOf({ streams, contenders: all }: Crowd): Target[] {
  const compared = (peer: ContenderName): Ratio => {
    const [ours, theirs] = (['millrace', peer] as const).map(
      (name) => all.find((each) => each.name === name)?.perDeliveryUs.rounds ?? [],
    )
    return intervalOf((theirs ?? []).map((us, round) => us / (ours?.[round] ?? NaN)))
  }
  const to = `to ${streams.toLocaleString('en')} streams`
  return [
    { name: `${to}, beside res.write`, atLeast: 1, ratio: compared('res.write') },
    { name: `${to}, beside better-sse`, atLeast: 1.8, ratio: compared('better-sse') },
  ]
}

function tableOf({ streams, contenders: all }: Crowd): Table {
  return {
    title: `1 KB to ${streams.toLocaleString('en')} streams`,
    columns: [
      '',
      'CPU per delivery',
      'low',
      'high',
      `${BURST} in a tick cost`,
      'longest turn, median',
      'high',
    ],
    rows: all.map(({ name, perDeliveryUs: us, burst, longestTurnMs: turn }) => [
      name,
      ...[us.median, us.low, us.high].map(microseconds),
      burst ? `${burst.median.toFixed(1)}x one` : '',
      ...[turn.median, turn.high].map(milliseconds),
    ]),
  }
}

function problemsOf({ streams, contenders: all }: Crowd): string[] {
  const turn = all.find(({ name }) => name === 'millrace')?.longestTurnMs.median ?? 0
  return turn > MAX_TURN_MS
    ? [
        `a broadcast to ${streams} streams holds the event loop for ${milliseconds(turn)}, more than ${MAX_TURN_MS}`,
      ]
    : []
}
