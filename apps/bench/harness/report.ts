import type { Environment } from './environment.ts'
import type { LatencyFigures } from './histogram.ts'
import type { Finding, Settings, Suite, Table } from './suite.ts'

/** One run of one suite. */
export interface Run {
  readonly name: string
  readonly suite: Suite
  readonly settings: Settings
  readonly environment: Environment
  readonly finding: Finding
}

/** A run as it is kept. */
export interface RecordedRun extends Environment, Finding {
  /** The name of the suite. */
  readonly suite: string
  readonly title: string
  readonly method: string
  readonly settings: Settings
}

/** A run as one JSON object: all that is needed to make sense of its figures later. */
export function toJson({ name, suite: { title, method }, settings, environment, finding }: Run): string {
  const { figures, tables, problems } = finding
  const recorded: RecordedRun = {
    suite: name,
    title,
    ...environment,
    method,
    settings,
    figures,
    tables,
    problems,
  }
  return JSON.stringify(recorded, undefined, 2)
}

/** A run for people. */
export function toText({ suite, settings, environment, finding }: Run): string {
  const { machine, versions, commit } = environment
  return [
    suite.title,
    `${machine.cores} cores (${machine.cpu}), Node.js ${versions.node}, commit ${commit}`,
    Object.entries(settings)
      .map(([name, value]) => `${name} ${value.toLocaleString('en')}`)
      .join(' · '),
    ...finding.tables.map(textOf),
    ...finding.problems.map((problem) => `NOT KEPT: ${problem}`),
  ].join('\n\n')
}

/** Bytes for people. */
export function mebibytes(bytes: number | undefined): string {
  return bytes === undefined ? 'not known' : `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}

/** Milliseconds for people. */
export function milliseconds(ms: number): string {
  return `${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)} ms`
}

/** Microseconds for people. */
export function microseconds(us: number): string {
  return `${us.toFixed(1)} µs`
}

/** The columns of {@link lagRow}. */
export const LAG_COLUMNS: readonly string[] = ['p50', 'p90', 'p99', 'p99.9', 'max']

/** Latencies for people. */
export function lagRow({ p50Ms, p90Ms, p99Ms, p999Ms, maxMs }: LatencyFigures): string[] {
  return [p50Ms, p90Ms, p99Ms, p999Ms, maxMs].map(milliseconds)
}

function textOf({ title, columns, rows }: Table): string {
  const cells = [
    columns,
    ...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell))),
  ]
  const widths = columns.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const lines = cells.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  )
  return [title, ...lines].join('\n')
}
