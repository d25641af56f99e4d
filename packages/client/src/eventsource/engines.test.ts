import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, beforeEach, describe, test } from 'vitest'
import {
  type Engine,
  engineNames,
  launchEngine,
  missingEngine,
} from '../../../../scripts/testing/browsers.ts'
import type { EnginePage } from '../../../../scripts/testing/browsers-page.ts'
import { openCaseServer } from '../../test/eventsource/case-server.ts'
import type { CaseServer } from '../../test/eventsource/case-server.ts'
import { standardCases } from '../../test/eventsource/cases.ts'
import type { StandardCase } from '../../test/eventsource/cases.ts'
import type { Task } from '../../test/eventsource/page.ts'

const NO_SUCH_CASE = standardCases.length

async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, '../../test/eventsource/page.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
  })
  return outputFiles[0]?.text ?? ''
}

describe.each(engineNames)('in %s', (name) => {
  const missing = missingEngine(name)
  let server: CaseServer
  let engine: Engine | undefined
  let page: EnginePage
  beforeAll(async () => {
    if (missing) return
    server = await openCaseServer(await bundled())
    engine = await launchEngine(name)
    page = await engine.newPage(server.origin)
  }, 60_000)
  afterAll(async () => {
    await engine?.close()
    await server?.stop()
  })
  beforeEach(({ skip }) => skip(missing !== undefined, missing))

  describe.each(['page', 'worker'])('in a %s', (realm) => {
    const run = <Result>(...task: Task): Promise<Result> =>
      page.evaluate(`${realm === 'page' ? 'runTask' : 'runTaskInWorker'}(...${JSON.stringify(task)})`)

    /** Holds conversations side by side, and says what became of them by their titles. */
    async function conversations(kind: Task[1], cases: readonly StandardCase[]): Promise<object> {
      const indexes = cases.map((each) => standardCases.indexOf(each))
      const urls = indexes.map((index) => server.caseUrl(index, `${realm}-${kind}`))
      const heard = await run<string[][]>('observeAll', kind, urls)
      const sentIds = indexes.map((index) => server.sentIds(index, `${realm}-${kind}`))
      return byTitle(
        cases.map((each, index) => ({ ...each, heard: heard[index] ?? [], sentIds: sentIds[index] ?? [] })),
      )
    }

    test.for([
      { kind: 'own', differsIn: 'fetchDiffersIn' },
      { kind: 'native', differsIn: 'nativeDiffersIn' },
    ] as const)('the $kind class holds every conversation by the standard', async (row, { expect }) => {
      const cases = standardCases.filter((each) => !each[row.differsIn]?.includes(name))
      expect(await conversations(row.kind, cases)).toEqual(byTitle(cases))
    })

    test('the class looks like that of the engine', async ({ expect }) => {
      const urls = [server.caseUrl(NO_SUCH_CASE, 'any')]
      expect(await run('describeClass', 'own', urls)).toEqual(await run('describeClass', 'native', urls))
    })
  })
})

function byTitle(cases: readonly StandardCase[]): object {
  return Object.fromEntries(
    cases.map(({ title, heard, sentIds = [null, null] }) => [title, { heard, sentIds }]),
  )
}
