import type { MeasurerCommands } from '../children/measurer.ts'
import type { Bench } from './suite.ts'

/** Has a process of its own measure one load, by this Node.js or by another one. */
export async function measureApart<Name extends keyof MeasurerCommands>(
  { children }: Bench,
  command: Name,
  task: Parameters<MeasurerCommands[Name]>[0],
  node?: string,
): Promise<Awaited<ReturnType<MeasurerCommands[Name]>>> {
  const child = await children.start<MeasurerCommands>('measurer', node === undefined ? {} : { node })
  try {
    // Each command takes its own task, which TypeScript cannot follow through a union of names.
    return await child.ask(command, ...([task] as Parameters<MeasurerCommands[Name]>))
  } finally {
    await child.stop()
  }
}
