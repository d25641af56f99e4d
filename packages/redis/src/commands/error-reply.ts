/** Errors of a server that is about to be there, or of the wrong server: the next attempt may meet another. */
const PASSING = new Set([
  'LOADING',
  'NOREPLICAS',
  'READONLY',
  'MASTERDOWN',
  'CLUSTERDOWN',
  'TRYAGAIN',
  'MOVED',
  'ASK',
  'BUSY',
])

/**
 * The code of an error that Redis replied with, such as `OOM`; `undefined` for any other error.
 *
 * By the form of its message, since both libraries and all their versions agree on that: a word in capitals first. Errors
 * of the platform have a `code` or a `syscall`.
 */
export function errorReplyCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || 'code' in error || 'syscall' in error) return undefined
  // Before Redis 7 what a command of a script was answered stands within the script's own error.
  const { 1: inScript } = /^ERR Error running script .*: -([A-Z][A-Z0-9_]+) /.exec(error.message) ?? []
  return inScript ?? /^([A-Z][A-Z0-9_]+) /.exec(error.message)?.[1]
}

/** Whether an error reply is worth another attempt. */
export function isPassing(code: string): boolean {
  return PASSING.has(code)
}
