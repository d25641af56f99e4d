import type { Position } from '@millrace/server'
import type { ChannelKeys } from '../channel-keys.ts'
import { sleep } from '../timing.ts'
import type { Subscription } from './subscription.ts'

/** Channels that are looked up at once. */
const BATCH = 500
/** How long an announcement may be on its way that was sent before the look; after that its connection is given up. */
const GRACE_MS = 1000

/** What a check needs. */
export interface PositionCheckOptions {
  /** How often to look at the most, in milliseconds: each time after 80 to 100 % of it. */
  readonly everyMs: number
  /** Those to look after. */
  readonly armed: () => readonly Subscription[]
  /** How far a channel's log has come; this keeps its position alive as well. */
  readonly positionOf: (keys: ChannelKeys) => Promise<Position>
}

/**
 * Compares now and then how far each log has come with what was announced: pub/sub may lose messages without a sign.
 *
 * @returns A function that stops it.
 */
export function startPositionCheck(options: PositionCheckOptions): () => void {
  let timer: ReturnType<typeof setTimeout>
  let isStopped = false
  const schedule = (): void => {
    if (isStopped) return
    // The instances of a deploy begin together; they need not go on together.
    const ms = options.everyMs * (0.8 + 0.2 * Math.random())
    timer = setTimeout(() => void checkAll(options).finally(schedule), ms)
    timer.unref()
  }
  schedule()
  return () => {
    isStopped = true
    clearTimeout(timer)
  }
}

async function checkAll({ armed, positionOf }: PositionCheckOptions): Promise<void> {
  const all = armed()
  for (let start = 0; start < all.length; start += BATCH) {
    // Sent in one go: the libraries write what is asked in one turn as one pipeline.
    const checks = all.slice(start, start + BATCH).map((each) => checkOne(each, positionOf))
    // What cannot be looked up now is looked up next time; a lost connection is followed up by itself.
    await Promise.allSettled(checks)
  }
}

async function checkOne(
  subscription: Subscription,
  positionOf: PositionCheckOptions['positionOf'],
): Promise<void> {
  const { count, heard, state } = subscription
  const head = await positionOf(subscription.keys)
  // Where something is heard, a hole shows by the tag of the predecessor.
  if (subscription.count !== count || subscription.state !== state || state.name === 'away') return
  if (heard && heard.seq === head.seq && heard.tag === head.tag && heard.epoch === head.epoch) return
  subscription.announce({ kind: 'head', head })
  // The first look finds what was there before anybody listened.
  if (heard) void giveUpIfSilent(subscription)
}

/** Nothing was announced of what the log has. Unless it was only late, the connection does not hear. */
async function giveUpIfSilent(subscription: Subscription): Promise<void> {
  const { count, state } = subscription
  await sleep(GRACE_MS)
  const isSilent = subscription.count === count && subscription.state === state
  if (isSilent && state.name !== 'away') state.line.lose()
}
