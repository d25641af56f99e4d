import { readmeStatements } from '../readme-statements.ts'

/**
 * The one statement of the README that begins so, as it stands there.
 *
 * @throws {Error} If none does, or several do.
 */
export function snippet(beginning: string): string {
  const found = readmeStatements.filter((statement) => statement.startsWith(beginning))
  const [only] = found
  if (!only || found.length > 1)
    throw new Error(`${found.length} statements of the README begin with \`${beginning}\`.`)
  return only
}
