import type { Strip } from '../components/strip.ts'
import type { KeptReading } from './reading-window.ts'

/**
 * Lays readings out for a strip chart. Lines break where a reading is missing: a straight line across would be invented.
 *
 * @param readings - Oldest first.
 * @param values - A reading's values, one per line.
 * @param lines - How many lines there are.
 */
export function stripOf(
  readings: readonly KeptReading[],
  { lines, values }: { readonly lines: number; readonly values: (reading: KeptReading) => readonly number[] },
): Strip {
  const nowMs = readings.at(-1)?.atMs ?? 0
  const times: number[] = []
  const columns: (number | null)[][] = Array.from({ length: lines }, () => [])
  const bands: { fromSeconds: number; toSeconds: number }[] = []
  let previous: KeptReading | undefined
  for (const reading of readings) {
    const seconds = (reading.atMs - nowMs) / 1000
    if (previous && !follows(previous, reading)) {
      times.push((previous.atMs - nowMs) / 1000 + 0.001)
      for (const column of columns) column.push(null)
    }
    if (reading.arrival === 'recovered') {
      const open = previous?.arrival === 'recovered' ? bands.at(-1) : undefined
      if (open) open.toSeconds = seconds
      else
        bands.push({ fromSeconds: previous ? (previous.atMs - nowMs) / 1000 : seconds, toSeconds: seconds })
    }
    times.push(seconds)
    const row = values(reading)
    for (const [index, column] of columns.entries()) column.push(row[index] ?? null)
    previous = reading
  }
  return { columns: [times, ...columns], bands }
}

function follows(previous: KeptReading, reading: KeptReading): boolean {
  return previous.run === reading.run && previous.n + 1 === reading.n
}
