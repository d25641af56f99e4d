/** What a part of Millrace may weigh. */
export interface Budget {
  readonly name: string
  /** A module that uses this part and nothing else. */
  readonly code: string
  /** The most that it may weigh, in bytes. */
  readonly bytes: number
}

/** A budget with the size that was found; `undefined` when the part does not exist. */
export interface Measured extends Budget {
  readonly size: number | undefined
}

/**
 * Turns sizes into a table for people and a list of what is wrong.
 *
 * @param options.notBuiltYet - The names of the parts that may be missing.
 */
export function sizeReport(
  parts: readonly Measured[],
  { notBuiltYet }: { readonly notBuiltYet: readonly string[] },
): { table: string; problems: string[] } {
  const rows = [['part', 'size', 'budget', 'share']]
  const problems: string[] = []
  for (const { name, size, bytes } of parts) {
    if (size === undefined) {
      rows.push([name, 'not built yet', kilobytes(bytes), ''])
      if (!notBuiltYet.includes(name)) problems.push(`${name}: its export does not exist.`)
      continue
    }
    rows.push([name, kilobytes(size), kilobytes(bytes), `${Math.round((size / bytes) * 100)} %`])
    if (size > bytes) {
      const over = size - bytes
      problems.push(
        `${name}: ${size} bytes are ${over} over the budget of ${bytes}: make it smaller, or argue for a new budget.`,
      )
    }
  }
  return { table: alignColumns(rows), problems }
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(2)} kB`
}

function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows
    .map((row) =>
      row.map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      ),
    )
    .map((row) => row.join('  ').trimEnd())
    .join('\n')
}
