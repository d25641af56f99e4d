/**
 * Publishes, over a hub of its own and through the instances in turn, and keeps the log of what was acknowledged.
 *
 * Each event is tried again, under the same idempotency key, until somebody acknowledges it.
 */
import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { nowMs } from '../clock.ts'
import { answerCommands } from '../../harness/commands.ts'
import { CHANNELS, type ChaosChannel, maxUnderWayOf } from '../channels.ts'
import { type HubPlace, chaosHub, publishNumber } from '../chaos-hub.ts'
import type { Acknowledgement, PublishRecord } from '../judge/records.ts'

const TICK_MS = 100
const ANSWERS_WITHIN_MS = 3000

interface Log {
  readonly channel: ChaosChannel
  readonly records: { -readonly [Key in keyof PublishRecord]: PublishRecord[Key] }[]
  underWay: number
  acknowledged: number
  /** Parts of events that are due. */
  due: number
}

const logs: readonly Log[] = CHANNELS.map((channel) => ({
  channel,
  records: [],
  underWay: 0,
  acknowledged: 0,
  due: 0,
}))
const agent = new Agent({ keepAlive: true, maxSockets: 64 })
/** What publishes failed with, and how often: none of it is a surprise. */
const failures = new Map<string, number>()
let hub = chaosHub({ url: 'redis://127.0.0.1:1' })
await hub.close()
let instances: readonly number[] = []
let timer: NodeJS.Timeout | undefined
let turns = 0

async function publishUntilAcknowledged(log: Log): Promise<Acknowledgement> {
  const n = log.records.length + 1
  const record: Log['records'][number] = { n, firstAtMs: nowMs() }
  log.records.push(record)
  log.underWay++
  for (;;) {
    const startedAtMs = nowMs()
    try {
      const { lastEventId: cursor, repeated } = await publishOnce(log.channel, n)
      record.acknowledged = { cursor, repeated, startedAtMs, atMs: nowMs() }
      log.underWay--
      log.acknowledged++
      return record.acknowledged
    } catch (error) {
      const name = String((error as { code?: unknown }).code ?? error)
      failures.set(name, (failures.get(name) ?? 0) + 1)
      await delay(50 + 150 * Math.random())
    }
  }
}

function publishOnce(
  channel: ChaosChannel,
  n: number,
): Promise<{ readonly lastEventId: string; readonly repeated: boolean }> {
  const port = instances[turns++ % (2 * instances.length)]
  return port === undefined ? publishNumber(hub, channel, n) : post(port, `/${channel.name}?n=${n}`)
}

function post(
  port: number,
  path: string,
): Promise<{ readonly lastEventId: string; readonly repeated: boolean }> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(ANSWERS_WITHIN_MS)
    request({ agent, signal, port, host: '127.0.0.1', path, method: 'POST' }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('error', reject)
      response.on('data', (text: string) => (body += text))
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(body))
        else reject(new Error(`${response.statusCode} ${body}`))
      })
    })
      .once('error', reject)
      .end()
  })
}

function tick(): void {
  for (const log of logs) {
    log.due += (log.channel.ratePerSecond * TICK_MS) / 1000
    for (; log.due >= 1; log.due--) {
      if (log.underWay < maxUnderWayOf(log.channel)) void publishUntilAcknowledged(log)
    }
  }
}

const commands = {
  /** Begins, once every channel has an event. */
  start: async (place: HubPlace): Promise<void> => {
    hub = chaosHub(place)
    await Promise.all(logs.map((log) => publishUntilAcknowledged(log)))
    timer = setInterval(tick, TICK_MS)
  },
  /** Where instances are. */
  setInstances: (ports: readonly number[]): void => {
    instances = ports
  },
  /** Ends, once all that was begun is acknowledged, and one event more of each channel. Returns the cursors of those. */
  finish: async (): Promise<readonly string[]> => {
    clearInterval(timer)
    while (logs.some(({ underWay }) => underWay > 0)) await delay(10)
    const last = await Promise.all(logs.map((log) => publishUntilAcknowledged(log)))
    return last.map(({ cursor }) => cursor)
  },
  /** How many events of each channel were acknowledged. */
  acknowledged: (): readonly number[] => logs.map(({ acknowledged }) => acknowledged),
  /** The log of each channel. */
  logs: (): readonly (readonly PublishRecord[])[] => logs.map(({ records }) => records),
  /** What publishes failed with, and how often. */
  failures: (): ReadonlyMap<string, number> => failures,
}

/** What the publisher can be asked. */
export type PublisherCommands = typeof commands

answerCommands(commands)
