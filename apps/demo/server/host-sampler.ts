import { publish } from '@millrace/next'
import { READING_INTERVAL_MS } from '../lib/reading.ts'
import { host } from '../lib/streams.ts'
import { createHostMeter } from './host-meter.ts'

/** Bundlers evaluate this module once per entry, so only the global object can say that a sampler runs already. */
const RUNNING = Symbol.for('millrace.demo.host-sampler')

/** Measures the machine and publishes each reading, once per process however often it is called. */
export function startHostSampler(): void {
  const processWide = globalThis as { [RUNNING]?: boolean }
  if (processWide[RUNNING]) return
  processWide[RUNNING] = true

  const meter = createHostMeter(crypto.randomUUID().slice(0, 8))
  const timer = setInterval(() => {
    publish(host, { type: 'reading', data: meter.read() }).catch((error: unknown) => {
      // A hub that refuses one reading is closed, and refuses the next one too.
      clearInterval(timer)
      meter.stop()
      console.error('The readings stopped:', error)
    })
  }, READING_INTERVAL_MS)
  timer.unref()
}
