/** A value as the message of an error shows it; some objects have no text of their own. */
export function shown(value: unknown): string {
  try {
    return String(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}
