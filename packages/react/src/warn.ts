const warned = new Set<string>()

/**
 * Tells developers of a mistake, once. Calls stand behind `process.env.NODE_ENV !== 'production'`, which bundlers know from
 * React itself, so that they leave out the call and its text.
 */
export function warn(message: string, ...details: readonly unknown[]): void {
  if (warned.has(message)) return
  warned.add(message)
  console.error(`millrace: ${message}`, ...details)
}
