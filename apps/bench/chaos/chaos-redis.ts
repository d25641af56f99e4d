import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { RedisServer } from '../../../scripts/testing/redis-server.ts'
import { nowMs } from './clock.ts'

/** When the server had ended for certain, and when it was about to be started again. */
export interface Outage {
  readonly endedAtMs: number
  readonly beganAtMs: number
}

/** A save of all data. */
export interface Save {
  readonly data: Uint8Array
  readonly savedFromMs: number
  readonly savedToMs: number
}

/**
 * One Redis that keeps what it acknowledges, and what chaos does to it.
 *
 * The append-only file is written before each reply, so that a crash of the process costs nothing. When it reaches the disk
 * matters to a crash of the machine alone, and there is none here.
 */
export class ChaosRedis {
  readonly #server: RedisServer

  private constructor(server: RedisServer) {
    this.#server = server
  }

  /** Starts a server. */
  static async start(): Promise<ChaosRedis> {
    return new ChaosRedis(await RedisServer.start(['--appendonly', 'yes', '--appendfsync', 'no']))
  }

  /** Where it is. */
  get url(): string {
    return this.#server.url
  }

  /** Ends it as a crash does, and starts it again with its data. */
  async restart(downMs: number): Promise<void> {
    await this.#interrupt(downMs, async () => undefined)
  }

  /** Ends it, and starts it again with nothing. */
  wipe(downMs: number): Promise<Outage> {
    return this.#interrupt(downMs, () => this.#server.wipe())
  }

  /** Saves its data. */
  async save(): Promise<Save> {
    const savedFromMs = nowMs()
    await this.#server.cli('SAVE')
    const savedToMs = nowMs()
    return { data: await readFile(join(this.#server.folder, 'dump.rdb')), savedFromMs, savedToMs }
  }

  /** Ends it, and starts it again with the data of a save. */
  restore({ data }: Save, downMs: number): Promise<Outage> {
    return this.#interrupt(downMs, async () => {
      await this.#server.wipe()
      // Where the append-only file is on, that is what a server reads: the save becomes its first part.
      const folder = join(this.#server.folder, 'appendonlydir')
      const name = 'appendonly.aof'
      await mkdir(folder)
      await writeFile(join(folder, `${name}.1.base.rdb`), data)
      await writeFile(join(folder, `${name}.1.incr.aof`), '')
      await writeFile(
        join(folder, `${name}.manifest`),
        `file ${name}.1.base.rdb seq 1 type b\nfile ${name}.1.incr.aof seq 1 type i\n`,
      )
    })
  }

  /** Stops it where it is: connections stay, nothing is answered. */
  async pause(forMs: number): Promise<void> {
    this.#server.pause()
    await delay(forMs)
    this.#server.resume()
  }

  /** Ends every connection that is subscribed to something. Returns how many there were. */
  async dropSubscribers(): Promise<number> {
    return Number(await this.#server.cli('CLIENT', 'KILL', 'TYPE', 'pubsub'))
  }

  /** Has it announce nothing, and take all else, until `unmute` or a restart. */
  async mute(): Promise<void> {
    await this.#server.cli('ACL', 'SETUSER', 'default', '-publish')
  }

  /** Has it announce again. */
  async unmute(): Promise<void> {
    await this.#server.cli('ACL', 'SETUSER', 'default', '+publish')
  }

  /** Ends it, and removes its data. */
  close(): Promise<void> {
    return this.#server.close()
  }

  async #interrupt(downMs: number, meanwhile: () => Promise<void>): Promise<Outage> {
    await this.#server.kill()
    const endedAtMs = nowMs()
    await meanwhile()
    await delay(downMs)
    const beganAtMs = nowMs()
    await this.#server.start()
    return { endedAtMs, beganAtMs }
  }
}
