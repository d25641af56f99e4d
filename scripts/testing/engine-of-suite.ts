import { afterAll, beforeAll, beforeEach } from 'vitest'
import { type Engine, type EngineName, launchEngine, missingEngine } from './browsers.ts'

/** Has a browser engine started before the tests of this suite, and closed after them. Where it is missing they are skipped, and say why. */
export function engineOfSuite(name: EngineName): Pick<Engine, 'newPage'> {
  const missing = missingEngine(name)
  let engine: Engine | undefined
  beforeAll(async () => {
    if (missing === undefined) engine = await launchEngine(name)
  })
  afterAll(() => engine?.close())
  beforeEach(({ skip }) => skip(missing !== undefined, missing))
  return {
    async newPage(url) {
      if (!engine) throw new Error(`${name} is started before the tests, and not before`)
      return engine.newPage(url)
    },
  }
}
