/** Publishes into a server from outside, at an even pace. */
import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { type BenchEvent, sharedNowMs } from '../client/bench-event.ts'
import { answerCommands } from '../harness/commands.ts'

/** What to publish. */
export interface Publication {
  readonly port: number
  /** The number of the first event. Default 1. */
  readonly firstN?: number
  readonly count: number
  readonly ratePerSecond: number
  /** Bytes of padding in each event. */
  readonly padBytes: number
  /** Keys that events are about: each event takes the next of these, over and over. Default one key. */
  readonly keys?: readonly string[]
  /** How many events may go in one request when several are due. Default 1. */
  readonly maxBatch?: number
}

/** What was published. */
export interface Published {
  /** The number of the last event. */
  readonly lastN: number
  /** The number of the last event of each key. */
  readonly lastOfKeys: ReadonlyMap<string, number>
  readonly elapsedMs: number
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 })

/**
 * Publishes events in order, each request behind the last one's answer. An event's time is when it was due: a server that is
 * too busy to take the request cannot hide that.
 */
async function publish({
  port,
  firstN = 1,
  count,
  ratePerSecond,
  padBytes,
  keys = ['all'],
  maxBatch = 1,
}: Publication): Promise<Published> {
  const pad = 'x'.repeat(padBytes)
  const startedAtMs = sharedNowMs()
  const lastOfKeys = new Map<string, number>()
  const dueAtMs = (index: number): number => startedAtMs + (index * 1000) / ratePerSecond
  for (let sent = 0; sent < count;) {
    const waitMs = dueAtMs(sent) - sharedNowMs()
    if (waitMs > 0) {
      await delay(waitMs)
      continue
    }
    const batch: BenchEvent[] = []
    while (sent < count && batch.length < maxBatch && dueAtMs(sent) <= sharedNowMs()) {
      const n = firstN + sent
      const key = keys[sent % keys.length] ?? ''
      lastOfKeys.set(key, n)
      batch.push({ n, at: dueAtMs(sent), key, pad })
      sent++
    }
    await post(port, JSON.stringify(batch))
  }
  return { lastN: firstN + count - 1, lastOfKeys, elapsedMs: sharedNowMs() - startedAtMs }
}

function post(port: number, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    request({ agent, port, host: '127.0.0.1', path: '/publish', method: 'POST', headers }, (response) => {
      response.resume()
      if (response.statusCode === 204) response.once('end', resolve)
      else reject(new Error(`POST /publish was answered with ${response.statusCode}`))
    })
      .once('error', reject)
      .end(body)
  })
}

const commands = { publish }

/** What the publisher can be asked. */
export type PublisherCommands = typeof commands

answerCommands(commands)
