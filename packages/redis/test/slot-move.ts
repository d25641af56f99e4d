import type { RedisServer } from '../../../scripts/testing/redis-server.ts'

/** The slot of some keys on its way from the server of a cluster that has it to the next, step by step. */
export class SlotMove {
  readonly #servers: readonly RedisServer[]
  readonly #slot: string
  readonly #from: RedisServer
  readonly #to: RedisServer

  private constructor(
    servers: readonly RedisServer[],
    { slot, from, to }: { slot: string; from: RedisServer; to: RedisServer },
  ) {
    this.#servers = servers
    this.#slot = slot
    this.#from = from
    this.#to = to
  }

  /** Has both servers know that the slot is on its way. @param key - One that is there. */
  static async begin(servers: readonly RedisServer[], key: string): Promise<SlotMove> {
    const slot = await (servers[0] as RedisServer).cli('CLUSTER', 'KEYSLOT', key)
    const has = await Promise.all(
      servers.map(async (server) => (await server.cli('CLUSTER', 'COUNTKEYSINSLOT', slot)) !== '0'),
    )
    const index = has.indexOf(true)
    const from = servers[index] as RedisServer
    const to = servers[(index + 1) % servers.length] as RedisServer
    await to.cli('CLUSTER', 'SETSLOT', slot, 'IMPORTING', await from.cli('CLUSTER', 'MYID'))
    await from.cli('CLUSTER', 'SETSLOT', slot, 'MIGRATING', await to.cli('CLUSTER', 'MYID'))
    return new SlotMove(servers, { slot, from, to })
  }

  /** Moves keys. */
  async moveKeys(...keys: readonly string[]): Promise<void> {
    await this.#from.cli('MIGRATE', '127.0.0.1', String(this.#to.port), '', '0', '5000', 'KEYS', ...keys)
  }

  /** Has all servers know that the slot has moved. */
  async end(): Promise<void> {
    const toId = await this.#to.cli('CLUSTER', 'MYID')
    for (const server of [this.#to, this.#from, ...this.#servers])
      await server.cli('CLUSTER', 'SETSLOT', this.#slot, 'NODE', toId)
  }
}
