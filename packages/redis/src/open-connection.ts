import { createClient } from '@redis/client'
import type { RedisSource } from './backplane-options.ts'
import { connectionOf } from './client/redis-client.ts'
import type { RedisConnection } from './client/redis-connection.ts'
import { within } from './timing.ts'

/** A connection, and how to let go of it. */
export interface OpenConnection {
  readonly connection: RedisConnection
  /** Disconnects what was opened here, within so many milliseconds; a client that was given stays as it is. */
  readonly close: (withinMs: number) => Promise<void>
}

/** A dead connection looks like a quiet one until something is sent: ours asks, and gives up on silence. */
const PING_EVERY_MS = 5000
const SILENCE_MS = 15_000

/**
 * Takes the client that was given, or makes one.
 *
 * @param from - What to call the function in errors.
 * @throws {TypeError} If it is neither a client nor an address.
 */
export function openConnection({ client, url }: Partial<RedisSource>, from: string): OpenConnection {
  if ((client === undefined) === (url === undefined)) {
    throw new TypeError(
      `${from}: give either client or url; got ${client === undefined ? 'neither' : 'both'}`,
    )
  }
  if (client !== undefined) {
    return { connection: connectionOf(client, `${from}: client`), close: async () => undefined }
  }
  const own = createClient({
    url: checkUrl(url, from),
    pingInterval: PING_EVERY_MS,
    socket: { socketTimeout: SILENCE_MS },
  })
  const connection = connectionOf(own, `${from}: url`)
  // Errors are told by the connection, and attempts go on.
  own.connect().catch(() => undefined)
  return {
    connection,
    close: async (withinMs) => {
      // Answers that are on their way arrive; nothing new is sent. A server that hangs answers nothing.
      const isClosed =
        own.isReady &&
        (await within(
          own.close().then(() => true),
          withinMs,
        ))
      if (!isClosed) own.destroy()
    },
  }
}

function checkUrl(url: unknown, from: string): string {
  const text = String(url)
  if (URL.canParse(text) && ['redis:', 'rediss:'].includes(new URL(text).protocol)) return text
  // A URL may hold a password, so that only its beginning is shown.
  throw new TypeError(
    `${from}: url must begin with redis:// or rediss://; got ${JSON.stringify(text.slice(0, 10))}`,
  )
}
