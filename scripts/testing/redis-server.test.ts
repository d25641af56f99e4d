import { existsSync } from 'node:fs'
import { beforeEach, expect, test } from 'vitest'
import { RedisServer, missingRedis } from './redis-server.ts'

const missing = missingRedis()
beforeEach(({ skip }) => skip(missing !== undefined, missing))

test('says what a Redis that does not start has against it', async () => {
  await expect(RedisServer.start(['--no-such-setting', '1'])).rejects.toThrow(
    /^redis-server ended with 1:[^]*no-such-setting/,
  )
})

test('keeps its data over a crash where its settings say so, and leaves nothing behind', async () => {
  const server = await RedisServer.start(['--appendonly', 'yes'])
  await server.cli('SET', 'key', 'value')
  await server.kill()
  await server.start()
  expect(await server.cli('GET', 'key')).toBe('value')
  await server.close()
  await expect(server.cli('PING')).rejects.toThrow('refused')
  expect(existsSync(server.folder)).toBe(false)
})
