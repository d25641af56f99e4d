import { BusyChannels } from './busy-channels.ts'
import { FullHistory } from './full-history.ts'
import { parseLongLine } from './long-line.ts'

/** Work on something of a certain size. */
export interface Work {
  /** What is done in a pass, counted in what a cost is told per. */
  readonly units: number
  /** Does it, and returns a number that is more than 0 when all of it was done. */
  readonly pass: () => number | Promise<number>
}

/** Kinds of work, by their names. */
export type WorkName = 'publish' | 'resume' | 'replay' | 'channels' | 'line'

const PUBLISHES = 200
const RESUMES = 20

/** Makes what is worked on, as large as it is to be. */
export const works: Readonly<Record<WorkName, (size: number) => Promise<Work>>> = {
  publish: async (size) => {
    const history = await FullHistory.of(size)
    return { units: PUBLISHES, pass: () => history.publish(PUBLISHES) }
  },
  resume: async (size) => {
    const history = await FullHistory.of(size)
    const pass = async (): Promise<number> => {
      let bytes = 0
      for (let n = 0; n < RESUMES; n++) bytes += await history.resume()
      return bytes
    }
    return { units: RESUMES, pass }
  },
  replay: async (size) => {
    const history = await FullHistory.of(size)
    return { units: size, pass: () => history.replay() }
  },
  channels: async (size) => {
    const channels = await BusyChannels.of(size)
    return { units: PUBLISHES, pass: () => channels.publish(PUBLISHES) }
  },
  line: async (size) => ({ units: size * 1024, pass: () => parseLongLine(size) }),
}
