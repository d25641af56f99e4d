/**
 * Measures Millrace.
 *
 *     pnpm bench <suite> [--quick] [--json] [--set name=value] [--profile folder]
 */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Children } from './harness/children.ts'
import { readEnvironment } from './harness/environment.ts'
import { toJson, toText } from './harness/report.ts'
import type { Settings } from './harness/suite.ts'
import { suites } from './suites.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    set: { type: 'string', multiple: true, default: [] },
    profile: { type: 'string' },
  },
})

const [name = ''] = positionals
const suite = suites[name]
if (!suite || positionals.length > 1) {
  console.error('pnpm bench <suite> [--quick] [--json] [--set name=value] [--profile folder]\n')
  for (const [known, { title }] of Object.entries(suites)) console.error(`  ${known.padEnd(10)}${title}`)
  process.exit(2)
}

const settings = suite.settingsOf({ isQuick: values.quick, set: settingsFrom(values.set) })
const profileFolder = values.profile === undefined ? undefined : resolve(values.profile)
const children = new Children({ profileFolder })
const sinceMs = performance.now()
const note = (text: string): void =>
  console.error(`${((performance.now() - sinceMs) / 1000).toFixed(1).padStart(6)} s  ${text}`)
try {
  const finding = await suite.run(settings, { children, note })
  const run = { name, suite, settings, environment: readEnvironment(), finding }
  console.log(values.json ? toJson(run) : toText(run))
  if (finding.problems.length > 0) process.exitCode = 1
} finally {
  await children.stop()
}

function settingsFrom(pairs: readonly string[]): Settings {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key = '', value = ''] = pair.split('=')
      if (value === '' || !Number.isFinite(Number(value))) {
        throw new TypeError(`--set takes name=value with a number; got ${JSON.stringify(pair)}`)
      }
      return [key, Number(value)]
    }),
  )
}
