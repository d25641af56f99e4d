import { type ContenderName, contenders } from '../contenders/contenders.ts'
import { type Audience, type ContenderServer, openAudience, startContender } from '../harness/audience.ts'
import { BURST, type FanoutCosts, measureCosts, timesAsCheap } from '../harness/fanout-costs.ts'
import { checkOpenFiles } from '../harness/open-files.ts'
import { microseconds, milliseconds } from '../harness/report.ts'
import { type Summary, summaryOf } from '../harness/statistics.ts'
import { type Bench, type Table, defineSuite } from '../harness/suite.ts'
import { type Target, judged, targetTable } from '../harness/targets.ts'

/** What a crowd of one size cost each contender. */
interface Crowd {
  readonly streams: number
  readonly contenders: readonly (FanoutCosts & {
    /** How long a broadcast held the event loop, in milliseconds. */
    readonly longestTurnMs: Summary
  })[]
}

/** One event to many streams, beside what else does it. */
export const fanout = defineSuite({
  title:
    'One event to 1,000 and to 10,000 streams of `node:http`, beside plain writes, raw sockets and better-sse',
  method:
    'Each contender has a server process and a process of readers of its own, and all streams stay open throughout. Readers hold every event to what was sent: once, in order, whole; ' +
    'before anything is timed, and meanwhile. In each of `rounds` rounds, with another one first each time, a contender broadcasts events of about a kilobyte (`padBytes` and what is around it) at a pace that ' +
    'lets readers keep up; when all have read all, the CPU time of its server process, user and kernel, is divided by the events that were delivered. To `streams` streams, ten in one tick are ' +
    'likewise compared with one. Apart from that, over `turns` broadcasts: the longest turn of the event loop from a broadcast until all have read it, watched from a loop of `setImmediate`. ' +
    'All encode an event once, but better-sse, whose way it is to encode it for each client; Millrace alone keeps a history, checks positions, bounds queues and gives signs of life.',
  settings: { streams: 1000, manyStreams: 10_000, rounds: 11, turns: 7, deliveries: 10_000, padBytes: 980 },
  quick: { manyStreams: 0, rounds: 5, turns: 5 },
  async run({ streams, manyStreams, ...settings }, bench) {
    const crowds: Crowd[] = [await measure(bench, { streams, hasBurst: true, ...settings })]
    if (manyStreams > 0) {
      crowds.push(await measure(bench, { streams: manyStreams, hasBurst: false, ...settings }))
    }
    const targets = crowds.flatMap(targetsOf)
    return {
      figures: { crowds, targets: targets.map(judged) },
      tables: [...crowds.map(tableOf), targetTable(targets)],
      // What was delivered was checked before it was timed. A target that is missed is no broken promise: the page of benchmarks judges it.
      problems: [],
    }
  },
})

interface Settings {
  readonly streams: number
  readonly hasBurst: boolean
  readonly rounds: number
  readonly deliveries: number
  readonly turns: number
  readonly padBytes: number
}

type Present = Audience & { readonly name: string; readonly server: ContenderServer }

async function measure({ children, note }: Bench, { turns, ...settings }: Settings): Promise<Crowd> {
  const { streams, padBytes } = settings
  checkOpenFiles(streams)
  note(`opening ${streams} streams of each`)
  const audiences: Present[] = []
  for (const name of Object.keys(contenders) as ContenderName[]) {
    const server = await startContender(children, name)
    audiences.push({ name, ...(await openAudience(children, server, settings)), server })
  }
  const costs = await measureCosts(audiences, { ...settings, note })
  note('watching turns')
  const longest = new Map(audiences.map(({ name }) => [name, [] as number[]]))
  for (let turn = 0; turn < turns; turn++) {
    for (const { name, server, sendAll } of audiences) {
      await server.child.ask('watchTurns')
      await sendAll({ count: 1, events: 1, everyMs: 0, padBytes })
      longest.get(name)?.push(await server.child.ask('longestTurnMs'))
    }
  }
  for (const { server, leave } of audiences) {
    await leave()
    await server.child.stop()
  }
  return {
    streams,
    contenders: costs.map((each) => ({ ...each, longestTurnMs: summaryOf(longest.get(each.name) ?? []) })),
  }
}

function targetsOf({ streams, contenders: all }: Crowd): Target[] {
  const to = `to ${streams.toLocaleString('en')} streams`
  return [
    { name: `${to}, beside res.write`, atLeast: 1, ratio: timesAsCheap(all, 'millrace', 'res.write') },
    { name: `${to}, beside better-sse`, atLeast: 1.8, ratio: timesAsCheap(all, 'millrace', 'better-sse') },
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
