/**
 * Tells the operator of an error that no caller is there to catch: a source or a filter that threw, a backplane that failed.
 *
 * Clients are told a code and nothing else.
 */
export function reportError(error: unknown): void {
  console.error('[millrace]', error)
}
