import { EventStreamError } from '@millrace/server'
import { type RedisSource, checkPrefix } from './backplane-options.ts'
import { keysOfMeta, metaPattern } from './channel-keys.ts'
import type { RedisConnection, RedisNode } from './client/redis-connection.ts'
import { ScriptRunner } from './commands/script-runner.ts'
import { openConnection } from './open-connection.ts'
import { randomNames } from './random-names.ts'
import { digits } from './scripts/digits.ts'
import { BEGIN_ANEW } from './scripts/position-script.ts'
import { sleep, within } from './timing.ts'

/** Options of {@link setNewEpochs}. */
export type SetNewEpochsOptions = RedisSource & {
  /** The prefix of the backplane. Default `'millrace'`. */
  readonly prefix?: string
  /** How long Redis may take to answer one question, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number
  /** How long the new positions are kept, as the backplane's `keepPositionMs`, in milliseconds. Default 604,800,000 (7 days). */
  readonly keepPositionMs?: number
}

/**
 * Begins every channel's log anew, under another epoch: to be called after Redis was restored from a backup.
 *
 * A log that went back to a position that a client has already passed is noticed by its tags. One that went back to exactly where
 * a client is, or further on, is not: what was acknowledged behind it is gone, and nothing shows it. With new epochs every
 * client is told of a gap. Events kept of the old epochs are deleted; instances may run meanwhile.
 *
 * @returns How many channels began anew.
 * @throws {EventStreamError} `unavailable` or `outcome-unknown`: call it again; twice does no harm.
 */
export async function setNewEpochs(options: SetNewEpochsOptions): Promise<number> {
  const { timeoutMs = 10_000, keepPositionMs = 7 * 86_400_000 } = options
  const prefix = checkPrefix(options.prefix ?? 'millrace')
  const { connection, close } = openConnection(options, 'setNewEpochs')
  const scripts = new ScriptRunner(connection, { timeoutMs, onChange: () => undefined })
  try {
    await ready(connection, timeoutMs)
    let channels = 0
    for (const node of await connection.nodes()) {
      for await (const meta of scan(node, metaPattern(prefix), timeoutMs)) {
        const { log, ids, live } = keysOfMeta(meta)
        const { epoch, originTag } = randomNames()
        const mode = connection.isCluster ? 'sharded' : 'plain'
        const reply = await scripts.run(BEGIN_ANEW, {
          keys: [meta, log, ids],
          args: [epoch, originTag, digits(keepPositionMs), mode, live],
          code: 'outcome-unknown',
        })
        channels += Number(reply)
      }
    }
    return channels
  } finally {
    await close(timeoutMs)
  }
}

async function ready(connection: RedisConnection, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!connection.isReady) {
    if (performance.now() > deadline) {
      throw new EventStreamError('unavailable', `Redis is not connected after ${timeoutMs} ms`, {
        cause: connection.lastError,
      })
    }
    await sleep(10)
  }
}

/** The keys of one server that fit a pattern; one that was there all along comes at least once. */
async function* scan(node: RedisNode, pattern: string, timeoutMs: number): AsyncGenerator<string> {
  let cursor = '0'
  do {
    const reply = await within(node.send(['SCAN', cursor, 'MATCH', pattern, 'COUNT', '500']), timeoutMs)
    if (!reply) throw new EventStreamError('unavailable', `Redis did not answer SCAN within ${timeoutMs} ms`)
    // The form of SCAN's reply in both protocols.
    const [next, keys] = reply as [string, string[]]
    yield* keys
    cursor = next
  } while (cursor !== '0')
}
