import { cpus, freemem, loadavg, totalmem, type CpuInfo } from 'node:os'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Measurement } from '../lib/reading.ts'

const LOOP_RESOLUTION_MS = 10

/** Measures this machine. Each call of `read` covers the time since the one before. */
export interface HostMeter {
  read(): Measurement
  stop(): void
}

/** Starts measuring. */
export function createHostMeter(): HostMeter {
  const loopDelay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS })
  loopDelay.enable()
  let before = cpus()
  return {
    read() {
      const after = cpus()
      const coresBusy = busyPercent(before, after)
      before = after
      const loopDelayMs = round(Math.max(0, loopDelay.max / 1e6 - LOOP_RESOLUTION_MS), 2)
      loopDelay.reset()
      const memoryTotalBytes = totalmem()
      return {
        atMs: Date.now(),
        coresBusy,
        memoryUsedBytes: memoryTotalBytes - freemem(),
        memoryTotalBytes,
        loadAverage: round(loadavg()[0] ?? 0, 2),
        loopDelayMs,
      }
    },
    stop() {
      loopDelay.disable()
    },
  }
}

/**
 * Computes how busy each core was between two looks at its clocks.
 *
 * @returns Percent, 0 to 100; 0 for a core whose clocks did not move.
 */
export function busyPercent(
  before: readonly Pick<CpuInfo, 'times'>[],
  after: readonly Pick<CpuInfo, 'times'>[],
): number[] {
  return after.map((core, index) => {
    const earlier = before[index]
    if (!earlier) return 0
    const total = sum(core.times) - sum(earlier.times)
    const idle = core.times.idle - earlier.times.idle
    if (total <= 0) return 0
    return round(Math.min(100, Math.max(0, (1 - idle / total) * 100)), 1)
  })
}

function sum(times: CpuInfo['times']): number {
  return times.user + times.nice + times.sys + times.idle + times.irq
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
