import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { allCases } from './cases/all-cases.ts'
import type { Runtime } from './runtime.ts'
import { type ScriptServer, startScriptServer } from './script-server.ts'

/** Runs all cases in some runtimes, each as a test. */
export function testCases(...runtimes: readonly Runtime[]): void {
  const present = runtimes.filter(({ missing }) => missing === undefined)
  const servers: ScriptServer[] = []
  const outcomes = new Map<string, Promise<ReadonlyMap<Runtime, PromiseSettledResult<void>>>>()

  beforeAll(async () => {
    for (const runtime of present) {
      const server = await startScriptServer(await runtime.scripts?.())
      servers.push(server)
      await runtime.start(server.url)
    }
  })
  afterAll(async () => {
    for (const runtime of present) await runtime.stop()
    for (const server of servers) await server.close()
  })

  /** Runs a case in all runtimes, when the first of them asks for it: most of the time it waits. */
  async function runEverywhere(name: string): Promise<ReadonlyMap<Runtime, PromiseSettledResult<void>>> {
    const settled = await Promise.allSettled(present.map((runtime) => runtime.run(name)))
    return new Map(settled.map((outcome, index) => [present[index] as Runtime, outcome]))
  }

  describe.each(runtimes)('connectEventStream in $name', (runtime) => {
    beforeEach(({ skip }) => skip(runtime.missing !== undefined, runtime.missing))

    test.each(allCases)('$name', async ({ name }) => {
      const running = outcomes.get(name) ?? runEverywhere(name)
      outcomes.set(name, running)
      const outcome = (await running).get(runtime)
      const difference = runtime.differences?.[name]
      if (outcome?.status === 'rejected' && !difference) throw outcome.reason
      // A list of differences that cannot lie: what has come to hold there must leave it.
      expect(outcome?.status).toBe(difference ? 'rejected' : 'fulfilled')
    })
  })
}
