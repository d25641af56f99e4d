import { setTimeout as delay } from 'node:timers/promises'
import { getHub, publish } from '@millrace/next'
import { READING_INTERVAL_MS, type Measurement, type Reading } from '../lib/reading.ts'
import { host } from '../lib/streams.ts'
import { createHostMeter } from './host-meter.ts'
import { newestReading } from './newest-reading.ts'

/** Bundlers evaluate this module once per entry, so only the global object can say that a sampler runs already. */
const RUNNING = Symbol.for('millrace.demo.host-sampler')

/** Who was held up for longer looks again: the log forgets, in time, which numbers were taken. */
const HELD_UP_MS = 10_000

/** What a sampler knows of the log: nothing, or which reading is the last, if there is any. */
type Knowledge = 'nothing' | { readonly last: Pick<Reading, 'run' | 'n'> | undefined }

/** Measures the machine and publishes each reading, once per process however often it is called. */
export function startHostSampler(): void {
  const processWide = globalThis as { [RUNNING]?: boolean }
  if (processWide[RUNNING]) return
  processWide[RUNNING] = true
  void sample()
}

/**
 * Publishes a reading in each interval, until the hub is drained.
 *
 * Every instance does so, with the reading's place as its `id`: of all who measure at a time the first one counts, and whoever
 * is left goes on where another died. Nobody has to be elected, and no number is left out.
 */
async function sample(): Promise<void> {
  const hub = getHub()
  const meter = createHostMeter()
  let knowledge: Knowledge = 'nothing'
  let isOut = false
  let dueAtMs = performance.now()
  while (!hub.isDraining) {
    await delay(Math.max(0, dueAtMs - performance.now()), undefined, { ref: false })
    const measurement = meter.read()
    if (performance.now() - dueAtMs > HELD_UP_MS) knowledge = 'nothing'
    dueAtMs = Math.max(dueAtMs + READING_INTERVAL_MS, performance.now())
    try {
      if (knowledge === 'nothing') {
        knowledge = { last: await newestReading() }
        // A whole interval later, by when others have measured again: who joins them disturbs nobody's pace.
        dueAtMs = performance.now() + READING_INTERVAL_MS
      } else knowledge = await publishReading(measurement, knowledge)
      isOut = false
    } catch (error) {
      // A publish that may have happened is tried again under the same id, so that it counts once.
      if (!isOut && !hub.isDraining) console.warn('No readings for now:', error)
      isOut = true
    }
  }
  meter.stop()
}

async function publishReading(
  measurement: Measurement,
  { last }: Exclude<Knowledge, 'nothing'>,
): Promise<Knowledge> {
  const place = last ? { run: last.run, n: last.n + 1 } : { run: crypto.randomUUID().slice(0, 8), n: 1 }
  // Where there is none yet, those who begin together have to agree on a run.
  const id = last ? `${place.run}-${place.n}` : 'first'
  const { repeated } = await publish(host, { type: 'reading', id, data: { ...measurement, ...place } })
  if (!repeated) return { last: place }
  // At once: an interval later others have measured again, and this one would be ahead of them, and then they of it.
  return { last: await newestReading() }
}
