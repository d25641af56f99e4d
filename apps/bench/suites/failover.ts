import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { LIGHT_CHANNELS } from '../chaos/channels.ts'
import { ChaosRedis } from '../chaos/chaos-redis.ts'
import type { InstanceCommands } from '../chaos/children/instance.ts'
import type { FailoverCommands } from '../children/failover-readers.ts'
import type { Child } from '../harness/children.ts'
import { type LatencyFigures, merged } from '../harness/histogram.ts'
import { poll } from '../harness/poll.ts'
import { milliseconds } from '../harness/report.ts'
import { type Finding, defineSuite } from '../harness/suite.ts'

const INSTANCE = join(import.meta.dirname, '../chaos/children/instance.ts')
const SETTLE_WITHIN_MS = 20_000

interface Instance {
  readonly process: Child<InstanceCommands>
  readonly port: number
}

/** Clients whose instance is killed, and who go on with another. */
export const failover = defineSuite({
  title: 'An instance is killed: when its clients are live on another, and what they lack',
  method:
    'Two server processes on one Redis; all clients, raw sockets in a process of their own, are on the first, and `ratePerSecond` events are ' +
    'published by POST to the second. The first is ended by SIGKILL; its clients come back to the second, spread over `spreadMs`, with their last id, ' +
    'and are live when they have read `millrace.live`. Then a new process takes the place of the one that was killed, and the other is killed, for ' +
    '`rounds` rounds. Each client’s events are checked: every number once and in order, no gap.',
  settings: { clients: 200, spreadMs: 500, ratePerSecond: 50, rounds: 10 },
  quick: { clients: 50, rounds: 3 },
  async run({ clients, spreadMs, ratePerSecond, rounds }, { children, note }) {
    const [channel] = LIGHT_CHANNELS
    if (!channel) throw new Error('there is no channel')
    const redis = await ChaosRedis.start()
    try {
      const start = async (): Promise<Instance> => {
        const process = await children.start<InstanceCommands>(INSTANCE)
        return { process, port: await process.ask('listen', { url: redis.url }) }
      }
      let serving = await start()
      let spare = await start()
      const readers = await children.start<FailoverCommands>('failover-readers')
      await readers.ask('connect', { port: serving.port, channel, count: clients, spreadMs })

      let n = 0
      let isOver = false
      const publishing = (async () => {
        while (!isOver) {
          n += 1
          await publish(spare.port, channel.name, n)
          await delay(1000 / ratePerSecond)
        }
      })()
      const sinceBreak = []
      const sinceConnect = []
      let resumed = 0
      for (let round = 1; round <= rounds; round++) {
        note(`round ${round}: an instance is killed`)
        await delay(500)
        const comingBack = readers.ask('failOver', spare.port)
        const victim = serving
        process.kill(victim.process.pid, 'SIGKILL')
        const result = await comingBack
        sinceBreak.push(result.sinceBreak)
        sinceConnect.push(result.sinceConnect)
        resumed += result.resumed
        await victim.process.stop()
        serving = spare
        spare = await start()
      }
      isOver = true
      await publishing
      await poll(async () => (await readers.ask('countUpTo', n)) === clients, SETTLE_WITHIN_MS)
      const complete = await readers.ask('countUpTo', n)
      const faults = await readers.ask('faults')
      await readers.ask('leave')
      return findingOf({
        sinceBreak: merged(sinceBreak).figures,
        sinceConnect: merged(sinceConnect).figures,
        published: n,
        faults,
        incomplete: clients - complete,
        notResumed: clients * rounds - resumed,
      })
    } finally {
      await redis.close()
    }
  },
})

/** Publishes a number, which is its idempotency key as well, until that is acknowledged. */
async function publish(port: number, channel: string, n: number): Promise<void> {
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${port}/${channel}?n=${n}`, { method: 'POST' }).catch(
      () => undefined,
    )
    await response?.arrayBuffer()
    if (response?.ok) return
    await delay(20)
  }
}

interface FailoverFigures {
  readonly sinceBreak: LatencyFigures
  readonly sinceConnect: LatencyFigures
  readonly published: number
  /** Gaps, and events that were not the next. */
  readonly faults: number
  /** Clients that lack the last event. */
  readonly incomplete: number
  readonly notResumed: number
}

function findingOf(figures: FailoverFigures): Finding {
  const { sinceBreak, sinceConnect, faults, incomplete, notResumed } = figures
  const row = (name: string, { p50Ms, p90Ms, p99Ms, maxMs }: LatencyFigures): string[] => [
    name,
    ...[p50Ms, p90Ms, p99Ms, maxMs].map(milliseconds),
  ]
  return {
    figures,
    tables: [
      {
        title: `${sinceBreak.count.toLocaleString('en')} clients that lost their instance`,
        columns: ['until live again', 'p50', 'p90', 'p99', 'max'],
        rows: [
          row('since the break, own wait included', sinceBreak),
          row('since they connected', sinceConnect),
        ],
      },
    ],
    problems: [
      ...(faults > 0 ? [`${faults} gaps, or events that were not the next`] : []),
      ...(incomplete > 0 ? [`${incomplete} clients lack the last event`] : []),
      ...(notResumed > 0 ? [`${notResumed} returns were not answered by a resume`] : []),
    ],
  }
}
