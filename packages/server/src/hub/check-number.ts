/** Returns `value` if it is a finite number above 0; throws a `RangeError` that names the option if not. */
export function positive(option: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value
  throw new RangeError(`${option} must be a finite number above 0; got ${String(value)}`)
}

/** Returns `value` if it is a whole number above 0; throws a `RangeError` that names the option if not. */
export function positiveInteger(option: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new RangeError(`${option} must be a whole number above 0; got ${String(value)}`)
}

/** Returns `value` if it is a whole number, 0 or above; throws a `RangeError` that names the option if not. */
export function nonNegativeInteger(option: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new RangeError(`${option} must be a whole number, 0 or above; got ${String(value)}`)
}
