import type { StripChartSpec } from '../components/strip.ts'
import { READING_INTERVAL_MS, WINDOW_READINGS, type Reading } from '../lib/reading.ts'
import { load, mean, milliseconds, percent } from './units.ts'

/** One kind of measurement: what it is called, how a reading shows it, how it is drawn. */
export interface Instrument {
  readonly name: string
  readonly chart: StripChartSpec
  /** A reading's values, one per line of the chart; the last is the one that sums the others up. */
  readonly values: (reading: Reading) => readonly number[]
  readonly unit: (value: number) => string
}

const spanSeconds = (WINDOW_READINGS * READING_INTERVAL_MS) / 1000
const main = { colour: '--water', fill: '--water-fill', widthPx: 1.75 } as const
const share = { spanSeconds, top: () => 100, label: percent }

const processorsOf = new Map<number, Instrument>()

/**
 * The processors: a thin line for each core and a strong one for all of them.
 *
 * @param cores - How many cores there are.
 * @returns The same instrument for the same number, since another one would make its chart anew.
 */
export function processors(cores: number): Instrument {
  const known = processorsOf.get(cores)
  if (known) return known
  const core = { colour: '--water-thin', widthPx: 1 } as const
  const made: Instrument = {
    name: 'Processors',
    chart: { ...share, lines: [...Array.from({ length: cores }, () => core), main] },
    values: ({ coresBusy }) => [...coresBusy, mean(coresBusy)],
    unit: percent,
  }
  processorsOf.set(cores, made)
  return made
}

/** Memory in use, as a share of all. */
export const memory: Instrument = {
  name: 'Memory in use',
  chart: { ...share, lines: [main] },
  values: ({ memoryUsedBytes, memoryTotalBytes }) => [(memoryUsedBytes / memoryTotalBytes) * 100],
  unit: percent,
}

/** The load average of one minute. */
export const loadAverage: Instrument = {
  name: 'Load average',
  chart: { spanSeconds, lines: [main], top: (highest) => Math.max(1, Math.ceil(highest)), label: String },
  values: (reading) => [reading.loadAverage],
  unit: load,
}

/** How long the server's event loop was held up. */
export const loopDelay: Instrument = {
  name: 'Event-loop delay',
  chart: { spanSeconds, lines: [main], top: roundTop, label: (value) => `${value} ms` },
  values: ({ loopDelayMs }) => [loopDelayMs],
  unit: milliseconds,
}

const TOPS_MS = [4, 10, 20, 40, 100, 200, 400, 1000, 2000, 4000, 10_000]

/** The end of the scale goes in steps, so that it does not jump with each reading. */
function roundTop(highest: number): number {
  return TOPS_MS.find((top) => top >= highest) ?? highest
}
