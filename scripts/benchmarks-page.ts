import type { Table } from '../apps/bench/harness/suite.ts'
import type { Result } from './benchmarks-results.ts'
import { type Wanted, wanted } from './benchmarks-targets.ts'

/** The suites in the order of the page: what has targets, and then what is promised under load. */
export const order: readonly string[] = [
  ...new Set(wanted.map(({ suite }) => suite)),
  'size',
  'crowd',
  'herd',
  'failover',
  'pressure',
  'latest',
  'revoke',
]

const INTRODUCTION = `# Benchmarks

How fast Millrace is beside the fastest packages of its kind and beside the bare platform. **This page is written by a script**
from the raw figures in [\`apps/bench/results\`](../apps/bench/results), each of which has its machine, versions, commit, method and settings:

\`\`\`sh
pnpm bench <suite>                                                         # measures on your machine: tables
pnpm bench <suite> --quick                                                 # within a minute
pnpm --silent bench <suite> --json > apps/bench/results/<suite>.json       # keeps raw figures
node scripts/benchmarks.ts                                                 # writes this page from them
\`\`\`

Whoever is compared takes turns within one run, and shows first that its output is right. Limits, errors and all other checks are on. A figure is the median over
rounds; in brackets is the interval that has the true median with a probability of 95 % or more, or, where a table says low and high, the extremes. **Ratios carry over to other machines, times do not.** A target is missed when
all of the interval lies on its wrong side; where only the median does, the table says "within the interval". Peers are measured as their own documentation has them used; what they do beyond what is measured here, no figure shows.`

/** The page that a set of runs makes. */
export function benchmarksPage(results: ReadonlyMap<string, Result>): string {
  const sections = order.flatMap((suite) => {
    const result = results.get(suite)
    return result ? [sectionOf(result)] : []
  })
  return `${[INTRODUCTION, machinesOf(results), targetsOf(results), ...sections].join('\n\n')}\n`
}

/** What became of every target; one without a run, or that its run says nothing of, is not measured. */
export function targetRows(results: ReadonlyMap<string, Result>): readonly (readonly string[])[] {
  return wanted.flatMap(({ suite, what, outcomes }: Wanted) => {
    const result = results.get(suite)
    const found = result ? outcomes(result) : []
    const link = result ? `[\`${suite}\`](#${suite})` : `\`${suite}\``
    if (found.length === 0) return [[link, what, '', '', 'not measured']]
    return found.map(({ on, bound, measured, verdict }) => [
      link,
      on === '' ? what : `${what}: ${on}`,
      bound,
      measured,
      verdict === 'missed' ? '**missed**' : verdict,
    ])
  })
}

function targetsOf(results: ReadonlyMap<string, Result>): string {
  const columns = ['suite', 'what', 'target', 'measured', '']
  return `## Targets\n\n${markdown({ title: '', columns, rows: targetRows(results) })}`
}

function machinesOf(results: ReadonlyMap<string, Result>): string {
  const machines = [...results.values()].map(
    ({ machine: { cores, cpu, memoryBytes, system }, versions: { node = '' } }) =>
      `${cores} cores (${cpu}), ${Math.round(memoryBytes / 2 ** 30)} GiB, ${system}, Node.js ${node}`,
  )
  const kinds = [...new Set(machines)]
  return kinds.length === 0 ? 'There are no figures yet.' : `Measured on: ${kinds.join('; ')}.`
}

function sectionOf({
  suite,
  title,
  tables,
  method,
  settings,
  versions,
  commit,
  at,
  problems,
}: Result): string {
  const { node = '', v8: _, ...packages } = versions
  const set = Object.entries(settings).map(([name, value]) => `${name} ${value.toLocaleString('en')}`)
  const facts = [
    `Commit ${commit}`,
    at.slice(0, 10),
    ['Node.js', node].join(' '),
    ...Object.entries(packages).map((each) => each.join(' ')),
    ...set,
  ]
  return [
    `## ${suite}`,
    `${title} (\`pnpm bench ${suite}\`).`,
    ...tables.map((table) => `${table.title}:\n\n${markdown(table)}`),
    ...problems.map((problem) => `**Not kept:** ${problem}.`),
    `*Method.* ${method}`,
    `*Run.* ${facts.join(' · ')}. Raw figures: [\`${suite}.json\`](../apps/bench/results/${suite}.json).`,
  ].join('\n\n')
}

function markdown({ columns, rows }: Table): string {
  const cells = rows.map((row) =>
    row.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell)),
  )
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`
  const alignments = columns.map((_, column) =>
    cells.every((row) => /^[\d≥≤]|^$/.test(row[column] ?? '')) ? '---:' : '---',
  )
  return [line(columns), line(alignments), ...cells.map(line)].join('\n')
}
