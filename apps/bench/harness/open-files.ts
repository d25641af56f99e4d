import { execFileSync } from 'node:child_process'

/** Files that a process has open besides its sockets, with room to spare. */
const OTHERS = 100

/**
 * Makes sure that one process may hold so many connections; limits are the operator's, and not raised here.
 *
 * @throws {Error} If it may not; the message has the limit, and how to raise it.
 */
export function checkOpenFiles(connections: number): void {
  const limit = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim()
  if (limit === 'unlimited' || Number(limit) >= connections + OTHERS) return
  throw new Error(
    `${connections} connections need as many open files in one process, and \`ulimit -n\` is ${limit}: ` +
      `raise it (\`ulimit -n ${connections + OTHERS}\`), or ask for fewer with --set`,
  )
}
