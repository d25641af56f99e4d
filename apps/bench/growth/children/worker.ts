/** A process that does one kind of work at one size, so that what it holds burdens nobody else. */
import { answerCommands } from '../../harness/commands.ts'
import { type Work, type WorkName, works } from '../work.ts'

let work: Work | undefined

const commands = {
  /** Makes what is worked on. */
  prepare: async ({ name, size }: { name: WorkName; size: number }): Promise<void> => {
    work = await works[name](size)
  },
  /** Works for some time, in milliseconds, and once at least. Returns the CPU time of this process per unit, in microseconds. */
  sample: async (ms: number): Promise<number> => {
    if (!work) throw new Error('nothing is prepared')
    const before = process.cpuUsage()
    const sinceMs = performance.now()
    let passes = 0
    do {
      if (!((await work.pass()) > 0)) throw new Error('a pass has no result')
      passes += 1
    } while (performance.now() - sinceMs < ms)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / (passes * work.units)
  },
}

/** What it can be asked. */
export type WorkerCommands = typeof commands

answerCommands(commands)
