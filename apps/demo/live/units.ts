const oneDigit = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const twoDigits = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** `37 %`. */
export function percent(value: number): string {
  return `${whole.format(value)} %`
}

/** `7.4 GB`, in units of 1,000,000,000 bytes. */
export function gigabytes(bytes: number): string {
  return `${oneDigit.format(bytes / 1e9)} GB`
}

/** `0.42`. */
export function load(value: number): string {
  return twoDigits.format(value)
}

/** `3.1 ms`; whole from 100 on, where tenths are noise. */
export function milliseconds(value: number): string {
  return `${(value < 100 ? oneDigit : whole).format(value)} ms`
}

/** The mean; 0 of nothing. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
