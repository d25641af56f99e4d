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
  const secondsOf = ({ atMs }: KeptReading): number => (atMs - nowMs) / 1000
  const times: number[] = []
  const columns: (number | null)[][] = Array.from({ length: lines }, () => [])
  const bands: { fromSeconds: number; toSeconds: number }[] = []
  let previous: KeptReading | undefined
  for (const reading of readings) {
    const seconds = secondsOf(reading)
    const joined = previous && follows(previous, reading) ? previous : undefined
    if (previous && !joined) {
      times.push((secondsOf(previous) + seconds) / 2)
      for (const column of columns) column.push(null)
    }
    if (reading.arrival === 'recovered') {
      const band = joined?.arrival === 'recovered' ? bands.at(-1) : undefined
      if (band) band.toSeconds = seconds
      else bands.push({ fromSeconds: joined ? secondsOf(joined) : seconds, toSeconds: seconds })
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
