import { isThenable } from '../admission/within-time.ts'

/**
 * Tells of the failure of a promise that came where nobody waits for one, from an observer that is `async`, say, or a filter that should
 * not be: a failure that nobody hears of ends the process.
 */
export function tellFailure(returned: unknown, tell: (error: unknown) => void): void {
  if (isThenable(returned)) void Promise.resolve(returned).then(undefined, tell)
}
