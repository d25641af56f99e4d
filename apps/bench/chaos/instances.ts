import { setTimeout as delay } from 'node:timers/promises'
import type { Child, Children } from '../harness/children.ts'
import type { InstanceCommands } from './children/instance.ts'

/** One place in a group of servers: it has a process, or will have one again soon. */
interface Slot {
  process: Child<InstanceCommands> | undefined
  port: number
  /** What is being done to it; the next thing waits. */
  turn: Promise<void>
}

/** Server processes that are killed, started again, and stopped where they are. */
export class Instances {
  readonly #children: Children
  readonly #program: string
  readonly #url: string
  readonly #onPorts: (ports: readonly number[]) => Promise<unknown>
  readonly #slots: Slot[] = []

  /** @param options - `onPorts`: called with where instances are, whenever that changed. */
  constructor(
    children: Children,
    options: {
      readonly program: string
      readonly url: string
      readonly onPorts: (ports: readonly number[]) => Promise<unknown>
    },
  ) {
    this.#children = children
    this.#program = options.program
    this.#url = options.url
    this.#onPorts = options.onPorts
  }

  /** Starts so many. */
  async start(count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      this.#slots.push({ process: undefined, port: 0, turn: Promise.resolve() })
    }
    await Promise.all(this.#slots.map((slot) => this.#start(slot)))
  }

  /** Kills one, and starts another in its place after a while. */
  kill(index: number, downMs: number): Promise<void> {
    return this.#inTurn(index, async (slot) => {
      const { process: victim } = slot
      slot.process = undefined
      if (victim) process.kill(victim.pid, 'SIGKILL')
      await victim?.stop()
      await this.#tellPorts()
      await delay(downMs)
      await this.#start(slot)
    })
  }

  /** Stops one where it is; connections stay. */
  pause(index: number, forMs: number): Promise<void> {
    return this.#inTurn(index, async ({ process: paused }) => {
      if (paused) process.kill(paused.pid, 'SIGSTOP')
      await delay(forMs)
      if (paused) process.kill(paused.pid, 'SIGCONT')
    })
  }

  async #inTurn(index: number, act: (slot: Slot) => Promise<void>): Promise<void> {
    const slot = this.#slots[index]
    if (!slot) throw new RangeError(`there is no instance ${index}`)
    slot.turn = slot.turn.then(() => act(slot))
    await slot.turn
  }

  async #start(slot: Slot): Promise<void> {
    const started = await this.#children.start<InstanceCommands>(this.#program)
    slot.port = await started.ask('listen', { url: this.#url })
    slot.process = started
    await this.#tellPorts()
  }

  #tellPorts(): Promise<unknown> {
    return this.#onPorts(this.#slots.filter(({ process: running }) => running).map(({ port }) => port))
  }
}
