/** A number as scripts and commands take it: whole, finite, and without an exponent. */
export function digits(value: number): string {
  return BigInt(Math.ceil(Math.min(value, Number.MAX_SAFE_INTEGER))).toString()
}
