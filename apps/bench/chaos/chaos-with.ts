import { rm } from 'node:fs/promises'
import { BUILT_PACKAGES, type Children } from '../harness/children.ts'
import { breakPrograms } from './broken/break-programs.ts'
import { ChaosRedis } from './chaos-redis.ts'
import type { ChaosOptions } from './options.ts'
import { type Programs, programsOf } from './programs.ts'
import { type ChaosFinding, runChaos } from './run-chaos.ts'

/** Runs chaos on a Redis of its own, with Millrace as it is or deliberately broken. Processes end with `children`, Redis with the run. */
export async function chaosWith(
  options: ChaosOptions,
  {
    children,
    note,
    packages,
  }: {
    readonly children: Children
    readonly note: (text: string) => void
    /** How `children` load Millrace. */
    readonly packages: 'built' | 'source'
  },
): Promise<ChaosFinding> {
  const own = programsOf(packages)
  const broken = options.broken === undefined ? undefined : await breakPrograms(options.broken, own)
  const programs: Programs = broken?.programs ?? own
  const redis = await ChaosRedis.start()
  try {
    const flags = packages === 'built' ? ['--import', BUILT_PACKAGES] : []
    return await runChaos(options, { children, redis, programs, flags, note })
  } finally {
    await children.stop()
    await redis.close()
    if (broken) await rm(broken.folder, { recursive: true })
  }
}
