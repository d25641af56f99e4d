import { setTimeout as delay } from 'node:timers/promises'
import type { Children } from '../harness/children.ts'
import { poll } from '../harness/poll.ts'
import { CHANNELS, keptEventsOf, keyOfNumber } from './channels.ts'
import type { ChaosRedis } from './chaos-redis.ts'
import type { ClientsCommands } from './children/clients.ts'
import type { ProxyCommands } from './children/proxy.ts'
import type { PublisherCommands } from './children/publisher.ts'
import { DataChaos } from './data-chaos.ts'
import { Instances } from './instances.ts'
import { judgeChannel } from './judge/judge-channel.ts'
import { type Verdict, type Violation, sumOfVerdicts } from './judge/verdict.ts'
import type { ChaosOptions } from './options.ts'
import { type Programs, programPath } from './programs.ts'
import { type Act, scheduleOf } from './schedule.ts'
import { storiesOf } from './story-log.ts'

/** How long clients may take to come to the end once all is quiet: less than any part takes to find out by itself that it is deaf. */
const SETTLE_WITHIN_MS = 20_000
/** For a broken build, which may never come to the end: several times as long as a sound one takes. */
const BROKEN_SETTLE_WITHIN_MS = 8000

/** The line that a run prints. */
export interface ChaosReport extends Verdict {
  readonly publishes: number
  readonly kills: number
  readonly pauses: number
  readonly restarts: number
  readonly rollbacks: number
  readonly subscriberDrops: number
  readonly cuts: number
  readonly seconds: number
}

/** What a run came to. */
export interface ChaosFinding {
  readonly report: ChaosReport
  /** With the name of the channel. */
  readonly violations: readonly (Violation & { readonly channel: string })[]
}

/** What a run works with. */
export interface ChaosTools {
  readonly children: Children
  readonly redis: ChaosRedis
  readonly programs: Programs
  /** What comes before a program on the command line of Node.js. */
  readonly flags: readonly string[]
  /** Tells whoever waits, or looks for a cause, what is done. */
  readonly note: (text: string) => void
}

/** Runs chaos by the schedule of the options, waits until all is quiet, and judges every client. */
export async function runChaos(options: ChaosOptions, tools: ChaosTools): Promise<ChaosFinding> {
  const { children, redis, programs, flags, note } = tools
  const { seed, instances: count } = options
  const schedule = scheduleOf(options)
  const sinceMs = performance.now()
  const proxy = await children.start<ProxyCommands>(programPath('proxy'))
  const patient = { answersWithinMs: 60_000 }
  const publisher = await children.start<PublisherCommands>(programs.publisher, patient)
  const clients = await children.start<ClientsCommands>(programPath('clients'), patient)
  const port = await proxy.ask('listen', seed)
  const instances = new Instances(children, {
    program: programs.instance,
    url: redis.url,
    onPorts: (ports) => Promise.all([proxy.ask('setTargets', ports), publisher.ask('setInstances', ports)]),
  })
  const data = new DataChaos(redis, {
    newEpochs: [...flags, programs.newEpochs],
    acknowledged: () => publisher.ask('acknowledged'),
    isBroken: options.broken !== undefined,
  })
  await instances.start(count)
  await publisher.ask('start', { url: redis.url })
  await clients.ask('connect', { port, count: options.clients, seed })
  await proxy.ask('startCuts')

  const startedAtMs = performance.now()
  const until = (atMs: number): Promise<void> => delay(Math.max(0, startedAtMs + atMs - performance.now()))
  const counts = { kills: 0, pauses: 0 }
  const carryOut = async (act: Act): Promise<void> => {
    switch (act.kind) {
      case 'kill':
        await instances.kill(act.instance, act.downMs)
        counts.kills++
        return
      case 'pause':
        await (act.part === 'redis' ? data.pause(act.forMs) : instances.pause(act.part, act.forMs))
        counts.pauses++
        return
      case 'restart':
        return data.restart(act.downMs)
      case 'wipe':
        return data.wipe(act.downMs)
      case 'roll-back':
        return data.rollBack(act)
      case 'drop-subscribers':
        return data.dropSubscribers()
      case 'mute':
        return data.mute(act.forMs)
      case 'stall':
        return proxy.ask('stall', { responses: await clients.ask('stall', act), forMs: act.forMs })
      case 'leave':
        return clients.ask('leave', act)
    }
  }
  const carriedOut: Promise<void>[] = []
  for (const act of schedule.acts) {
    await until(act.atMs)
    note(JSON.stringify(act))
    const carryingOut = carryOut(act)
    // Seen at the end; acts go on until then.
    carryingOut.catch(() => undefined)
    carriedOut.push(carryingOut)
  }
  await Promise.all(carriedOut)
  await until(schedule.calmAtMs)
  note('calm')
  await proxy.ask('stopCuts')
  await until(schedule.muteAtMs)
  await redis.mute()
  await until(schedule.endMs)
  const ends = await publisher.ask('finish')
  await redis.unmute()
  note(`quiet, at ${ends.join(' ')}`)
  const settledMs = await poll(
    async () => (await clients.ask('countAt', ends)) === options.clients,
    options.broken === undefined ? SETTLE_WITHIN_MS : BROKEN_SETTLE_WITHIN_MS,
  )
  note(
    settledMs === undefined ? 'not all clients came to the end' : `settled after ${Math.round(settledMs)} ms`,
  )

  const logs = await publisher.ask('logs')
  const stories = await clients.ask('stories')
  const failures = await publisher.ask('failures')
  note(`publishes failed, and were tried again: ${JSON.stringify(Object.fromEntries(failures))}`)
  const { restartsWithData, restartsWithout, rollbacks, subscriberDrops, mutes } = data.counts
  note(`${restartsWithData} restarts with data, ${restartsWithout} without, ${mutes} times mute`)
  const findings = CHANNELS.map((channel, index) => {
    const seen = stories[index] ?? { events: [], others: [], clients: [] }
    const { verdict, violations } = judgeChannel(
      {
        publishes: logs[index] ?? [],
        events: seen.events,
        stories: storiesOf(seen),
        losses: data.losses,
      },
      {
        keptEvents: keptEventsOf(channel),
        dropsOldest: channel.slowConsumer === 'drop-oldest',
        latestKeyOf: channel.slowConsumer === 'latest-by-key' ? keyOfNumber : undefined,
      },
    )
    note(`${channel.name}: ${JSON.stringify(verdict)}`)
    return { verdict, violations: violations.map((violation) => ({ ...violation, channel: channel.name })) }
  })
  const { deliveries, lost, repeated, outOfOrder, gapsTold, gapsWrong, gapsUnneeded, destroyed, recoveries } =
    sumOfVerdicts(findings.map(({ verdict }) => verdict))
  return {
    report: {
      publishes: logs.flat().filter(({ acknowledged }) => acknowledged).length,
      deliveries,
      lost,
      repeated,
      outOfOrder,
      gapsTold,
      gapsWrong,
      gapsUnneeded,
      destroyed,
      kills: counts.kills,
      pauses: counts.pauses,
      restarts: restartsWithData + restartsWithout,
      rollbacks,
      subscriberDrops,
      cuts: await proxy.ask('cuts'),
      recoveries,
      seconds: Math.round((performance.now() - sinceMs) / 100) / 10,
    },
    violations: findings.flatMap(({ violations }) => violations),
  }
}
