const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** `12,345`. */
export function countOf(value: number): string {
  return whole.format(value)
}
