import type { ServerFigures } from '../children/channel-server.ts'
import { readKernelSocketBytes } from './kernel-memory.ts'
import { type Summary, summaryOf } from './statistics.ts'

/** What a server cost over some time. Memory in bytes. */
export interface WatchedFigures {
  readonly elapsedMs: number
  /** CPU time, user and system together, in microseconds. */
  readonly cpuUs: number
  /** Of that, time in the kernel: chiefly sockets. */
  readonly cpuSystemUs: number
  /** CPU time per elapsed time, sample by sample; 1 is a whole core. */
  readonly cores: Summary
  /** The longest that its event loop was held, in milliseconds. */
  readonly longestTurnMs: number
  readonly maxRss: number
  readonly maxHeapUsed: number
  readonly maxExternal: number
  readonly maxArrayBuffers: number
  /** Bytes that waited in our queues. */
  readonly maxQueuedBytes: number
  /** For all TCP sockets of the machine; absent where the kernel does not say. */
  readonly maxKernelSocketBytes?: number
}

interface Sample extends ServerFigures {
  readonly atMs: number
  readonly kernelSocketBytes: number
}

/**
 * Samples a server until it is stopped.
 *
 * @param read - Asks it for its figures.
 * @param everyMs - How often, in milliseconds. Default 1,000.
 * @returns A function that stops, and sums up.
 */
export function watch(read: () => Promise<ServerFigures>, everyMs = 1000): () => Promise<WatchedFigures> {
  const samples: Sample[] = []
  const sample = async (): Promise<void> => {
    const figures = await read()
    samples.push({ ...figures, atMs: performance.now(), kernelSocketBytes: readKernelSocketBytes() ?? 0 })
  }
  let last = sample()
  const timer = setInterval(() => {
    // A process that is too busy to answer is asked once, and not once more with each tick.
    last = last.then(sample)
    last.catch(() => clearInterval(timer))
  }, everyMs)
  return async () => {
    clearInterval(timer)
    await last
    await sample()
    return summed(samples)
  }
}

function summed(samples: readonly Sample[]): WatchedFigures {
  const [first] = samples
  const last = samples.at(-1)
  if (!first || !last) throw new Error('nothing was sampled')
  const cpuOf = ({ cpuUserUs, cpuSystemUs }: ServerFigures): number => cpuUserUs + cpuSystemUs
  const max = (of: (sample: Sample) => number): number => Math.max(...samples.map(of))
  const cores = samples.slice(1).map((sample, index) => {
    const before = samples[index] ?? first
    return (cpuOf(sample) - cpuOf(before)) / 1000 / (sample.atMs - before.atMs)
  })
  const maxKernelSocketBytes = max(({ kernelSocketBytes }) => kernelSocketBytes)
  return {
    elapsedMs: last.atMs - first.atMs,
    cpuUs: cpuOf(last) - cpuOf(first),
    cpuSystemUs: last.cpuSystemUs - first.cpuSystemUs,
    cores: summaryOf(cores),
    // The first sample speaks of the time before.
    longestTurnMs: Math.max(...samples.slice(1).map(({ longestTurnMs }) => longestTurnMs)),
    maxRss: max(({ rss }) => rss),
    maxHeapUsed: max(({ heapUsed }) => heapUsed),
    maxExternal: max(({ external }) => external),
    maxArrayBuffers: max(({ arrayBuffers }) => arrayBuffers),
    maxQueuedBytes: max(({ queuedBytes }) => queuedBytes),
    ...(maxKernelSocketBytes > 0 && { maxKernelSocketBytes }),
  }
}
