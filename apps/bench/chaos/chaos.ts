/**
 * Has Millrace go through chaos on Redis, and judges every client by the log of acknowledged publishes.
 *
 *     pnpm chaos [--seconds S] [--instances N] [--clients M] [--seed X] [--broken name]
 */
import { missingRedis } from '../../../scripts/testing/redis-server.ts'
import { Children } from '../harness/children.ts'
import { chaosWith } from './chaos-with.ts'
import { BROKEN_BUILDS } from './broken/builds.ts'
import { isKept } from './judge/verdict.ts'
import { type ChaosOptions, USAGE, readOptions } from './options.ts'

const SHOWN = 20

const options = optionsOrExit()
const missing = missingRedis()
if (missing) {
  console.error(missing)
  process.exit(2)
}
const sinceMs = performance.now()
const note = (text: string): void =>
  console.error(`${((performance.now() - sinceMs) / 1000).toFixed(1).padStart(6)} s  ${text}`)
const children = new Children()
try {
  const { report, violations } = await chaosWith(options, { children, note, packages: 'built' })
  for (const violation of violations.slice(0, SHOWN)) console.error(JSON.stringify(violation, undefined, 2))
  if (violations.length > SHOWN) console.error(`… and ${violations.length - SHOWN} more`)
  console.log(JSON.stringify(report))
  if (!isKept(report)) process.exitCode = 1
} finally {
  await children.stop()
}

function optionsOrExit(): ChaosOptions {
  try {
    return readOptions(process.argv.slice(2), Object.keys(BROKEN_BUILDS))
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    console.error(USAGE)
    process.exit(2)
  }
}
