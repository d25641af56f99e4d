import { RedisServer } from '../../../scripts/testing/redis-server.ts'

/** Starts a Sentinel that watches over one server, under the name `main`, and may replace it on its own. */
export function startSentinel(watched: RedisServer): Promise<RedisServer> {
  return RedisServer.start(['--sentinel'], {
    configuration: [
      `sentinel monitor main 127.0.0.1 ${watched.port} 1`,
      'sentinel down-after-milliseconds main 1000',
    ],
  })
}
