import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Reads a file of this app while its page is built. Server components only.
 *
 * Synchronously, which is what lets the text be part of the page that is built, and not of each request.
 *
 * @param path - From the app's folder.
 */
export function readSource(path: string): string {
  // Next's tracing would take the whole folder for what the page needs at run time, which is nothing.
  return readFileSync(join(/* turbopackIgnore: true */ process.cwd(), path), 'utf8').trimEnd()
}
