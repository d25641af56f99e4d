import { parseArgs } from 'node:util'

/** What a chaos run is asked for. */
export interface ChaosOptions {
  /** How long chaos goes on, in seconds; a quiet period follows. */
  readonly seconds: number
  /** Server processes. */
  readonly instances: number
  /** Clients, over all channels. */
  readonly clients: number
  /** What decides all that happens. */
  readonly seed: number
  /** The deliberately broken build to run instead; none by default. */
  readonly broken: string | undefined
}

export const USAGE = `pnpm chaos [--seconds S] [--instances N] [--clients M] [--seed X] [--broken name]`

const RANGES = {
  seconds: { least: 12, most: 3600, default: 120 },
  instances: { least: 1, most: 16, default: 3 },
  clients: { least: 12, most: 2000, default: 200 },
  seed: { least: 0, most: 2 ** 32 - 1, default: 1 },
}

/**
 * Reads the command line.
 *
 * @param known - The names of broken builds.
 * @throws {TypeError | RangeError} If an option is unknown, or not what it should be; the message names it and the value.
 */
export function readOptions(args: readonly string[], known: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string' },
      instances: { type: 'string' },
      clients: { type: 'string' },
      seed: { type: 'string' },
      broken: { type: 'string' },
    },
  })
  const { broken } = values
  if (broken !== undefined && !known.includes(broken)) {
    throw new RangeError(`--broken takes one of ${known.join(', ')}; got ${JSON.stringify(broken)}`)
  }
  return {
    seconds: numberOf('seconds', values.seconds),
    instances: numberOf('instances', values.instances),
    clients: numberOf('clients', values.clients),
    seed: numberOf('seed', values.seed),
    broken,
  }
}

function numberOf(name: keyof typeof RANGES, text: string | undefined): number {
  const { least, most, default: byDefault } = RANGES[name]
  if (text === undefined) return byDefault
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  throw new RangeError(`--${name} takes a whole number from ${least} to ${most}; got ${JSON.stringify(text)}`)
}
