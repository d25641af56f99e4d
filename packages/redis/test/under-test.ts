import type { BackplaneUnderTest } from '@millrace/server/testing'
import { channelKeys } from '../src/channel-keys.ts'
import { type RedisBackplaneSettings, redisBackplane } from '../src/index.ts'
import { connectionOf } from '../src/client/redis-client.ts'
import { randomNames } from '../src/random-names.ts'
import type { TestClient } from './client-libraries.ts'

/**
 * Takes a channel back to an entry, within Redis: the head, the stream and the idempotency keys are what they were then.
 *
 * The stream is written anew, since one does not take a number again that it had before.
 */
const ROLL_BACK = `
local seq = tonumber(ARGV[1])
local entries = redis.call('XRANGE', KEYS[2], '-', ARGV[1])
local after = redis.call('XRANGE', KEYS[2], '(' .. ARGV[1] .. '-0', '+')
redis.call('DEL', KEYS[2])
for _, entry in ipairs(entries) do
  redis.call('XADD', KEYS[2], entry[1], unpack(entry[2]))
end
for _, entry in ipairs(after) do redis.call('HDEL', KEYS[3], entry[2][12]) end
local first = after[1][2]
redis.call('HSET', KEYS[1], 'seq', ARGV[1], 'tag', first[4], 'bytes', first[8])
`

/** Backplanes for the conformance suite, each on keys of its own in one store. */
export async function backplaneOn(
  connect: () => Promise<TestClient>,
  settings: RedisBackplaneSettings = {},
): Promise<BackplaneUnderTest> {
  const prefix = `test-${randomNames().epoch}`
  const opened: TestClient[] = []
  const open = async () => {
    const opening = await connect()
    opened.push(opening)
    return redisBackplane({ ...settings, client: opening.client, prefix })
  }
  const backplane = await open()
  const admin = await connect()
  opened.push(admin)
  const connection = connectionOf(admin.client, 'admin')
  return {
    backplane,
    another: open,
    restart: async (channel) => {
      const { meta, log, ids } = channelKeys(prefix, channel)
      await connection.send(meta, ['DEL', meta, log, ids])
    },
    rollBack: async (channel, seq) => {
      const { meta, log, ids } = channelKeys(prefix, channel)
      await connection.send(meta, ['EVAL', ROLL_BACK, '3', meta, log, ids, String(seq)])
    },
    close: async () => {
      await backplane.close()
      for (const { close } of opened) close()
    },
  }
}
