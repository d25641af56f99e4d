/**
 * Takes `--instances n` out of a command line, since Next does not know it.
 *
 * @returns How many instances; `undefined` where the command line does not say.
 * @throws {RangeError} If it is not a number from 1 to 8.
 */
export function takeInstances(argv: string[]): number | undefined {
  const at = argv.indexOf('--instances')
  if (at < 0) return undefined
  const [, value] = argv.splice(at, 2)
  const instances = Number(value)
  if (Number.isInteger(instances) && instances >= 1 && instances <= 8) return instances
  throw new RangeError(`--instances must be a number from 1 to 8; got ${value}`)
}
