import { readFileSync } from 'node:fs'

const PAGE_BYTES = 4096

/**
 * What the kernel holds for all TCP sockets of this machine, in bytes: both ends of each connection, and in no process's RSS.
 *
 * @returns `undefined` on systems that do not say.
 */
export function readKernelSocketBytes(): number | undefined {
  try {
    const [, pages] = /^TCP: .* mem (\d+)$/m.exec(readFileSync('/proc/net/sockstat', 'utf8')) ?? []
    return pages === undefined ? undefined : Number(pages) * PAGE_BYTES
  } catch {
    // Only Linux has the file.
    return undefined
  }
}
