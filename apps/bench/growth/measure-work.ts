import { join } from 'node:path'
import type { Bench } from '../harness/suite.ts'
import type { WorkName } from './work.ts'
import type { WorkerCommands } from './children/worker.ts'

/** What a unit costs at one size. */
export interface SizedCost {
  readonly size: number
  /** CPU time per unit in microseconds, round by round. */
  readonly unitUs: readonly number[]
}

/** How to measure. */
export interface WorkTask {
  readonly sizes: readonly number[]
  readonly rounds: number
  /** How long each size works per round at least, in milliseconds. */
  readonly sampleMs: number
}

/** How often each size works before it counts. */
const WARM_UPS = 6

/** Measures work at several sizes, each in a process of its own, in turns: another one first in each round. */
export async function measureWork(
  { children, note }: Bench,
  name: WorkName,
  { sizes, rounds, sampleMs }: WorkTask,
): Promise<readonly SizedCost[]> {
  note(name)
  const workers = await Promise.all(
    sizes.map(async (size) => {
      const worker = await children.start<WorkerCommands>(join(import.meta.dirname, 'children/worker.ts'))
      await worker.ask('prepare', { name, size })
      return { size, worker, unitUs: [] as number[] }
    }),
  )
  for (let round = -WARM_UPS; round < rounds; round++) {
    const first = Math.max(round, 0) % workers.length
    for (const { worker, unitUs } of [...workers.slice(first), ...workers.slice(0, first)]) {
      const us = await worker.ask('sample', sampleMs)
      if (round >= 0) unitUs.push(us)
    }
  }
  await Promise.all(workers.map(({ worker }) => worker.stop()))
  return workers.map(({ size, unitUs }) => ({ size, unitUs }))
}
