import { setTimeout as delay } from 'node:timers/promises'
import { type ChannelRoute, channelRoute, type RouteHandler } from '@millrace/next'
import { type Backplane, Hub, memoryBackplane } from '@millrace/server'
import { ticks } from '../../lib/streams.ts'
import type { Button } from '../buttons.ts'
import { TICK_MS } from '../tick.ts'
import { createLine } from './line.ts'

const CUT_MS = 1000
const SLOW_MS = 4000
const AWAY_MS = 2000
const TRIM_AFTER_MS = 1800
const TRIM_TO = 5
const RETURN_WITHIN_MS = 2000
const MAX_QUEUE_BYTES = 2048
/** More than a page needs, with streams that are about to end. */
const MAX_STREAMS = 8
const UNREAD_MS = 120_000
const LIFETIME_MS = 30 * 60_000

/** A server with a log and a line of its own, for one visitor to break. */
export interface Lab {
  /** Answers a request for the stream, by way of the line. */
  readonly respond: RouteHandler
  /** Does what a button says. Resolves when it is done. */
  press(button: Button): Promise<void>
  /** Whether anybody reads. */
  isRead(): boolean
  /** Ends its streams, and stops publishing. */
  close(): Promise<void>
}

/**
 * Creates a lab, which publishes until it is closed: by itself when half an hour is over, or nobody has read for two minutes.
 *
 * @param options.onClose - Called when it closes.
 */
export function createLab({ onClose }: { readonly onClose: () => void }): Lab {
  const log = memoryBackplane()
  const line = createLine()
  let isRevoked = false
  let server = startServer()

  function startServer(): { readonly hub: Hub; readonly route: ChannelRoute } {
    const hub = new Hub({ backplane: outlivingHubs(log), limits: { total: MAX_STREAMS } })
    const route = channelRoute(ticks, {
      hub,
      reconnectionTimeMs: 500,
      slowConsumer: 'drop-oldest',
      maxQueueBytes: MAX_QUEUE_BYTES,
      authorize: () =>
        isRevoked ? new Response('You were revoked', { status: 403 }) : { tags: ['visitor'] },
    })
    return { hub, route }
  }

  const press: Record<Button, () => Promise<unknown> | void> = {
    cut: () => line.cut(CUT_MS),
    async deploy() {
      const { hub } = server
      server = startServer()
      await hub.drain({ windowMs: RETURN_WITHIN_MS })
      await hub.close()
    },
    slow: () => line.clog(SLOW_MS),
    async trim() {
      line.cut(AWAY_MS)
      await delay(TRIM_AFTER_MS)
      if (log.state === 'up') log.trim(ticks.channel, TRIM_TO)
    },
    restart: () => log.restart(ticks.channel),
    revoke() {
      isRevoked = true
      return server.hub.revoke({ tag: 'visitor' })
    },
    admit() {
      isRevoked = false
    },
  }

  let n = 0
  const openedAtMs = performance.now()
  let readAtMs = openedAtMs
  const isRead = (): boolean => server.hub.inspect().streams > 0
  const beat = (): void => {
    const nowMs = performance.now()
    if (isRead()) readAtMs = nowMs
    if (nowMs - readAtMs > UNREAD_MS || nowMs - openedAtMs > LIFETIME_MS) return void close()
    // Only a hub that was closed, with the whole process, refuses.
    server.hub.publish(ticks, { type: 'tick', data: { n: ++n } }).catch(close)
  }
  const timer = setInterval(beat, TICK_MS).unref()

  async function close(): Promise<void> {
    clearInterval(timer)
    onClose()
    await server.hub.close()
    await log.close()
  }

  return {
    respond: async (request, context) => {
      await line.whenUp()
      return line.carry(await server.route.GET(request, context))
    },
    press: async (button) => void (await press[button]()),
    isRead,
    close,
  }
}

/** A log that is there when its hub is gone, as one in Redis is. */
function outlivingHubs(log: Backplane): Backplane {
  return {
    get state() {
      return log.state
    },
    append: (channel, record, options) => log.append(channel, record, options),
    read: (channel, options) => log.read(channel, options),
    tail: (channel, listener) => log.tail(channel, listener),
    close: async () => undefined,
  }
}
