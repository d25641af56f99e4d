import {
  type Engine,
  type EngineName,
  launchEngine,
  missingEngine,
} from '../../../scripts/testing/browsers.ts'
import type { EnginePage } from '../../../scripts/testing/browsers-page.ts'
import { bundle } from './bundle.ts'
import type { CasePage } from './page.ts'
import type { Runtime } from './runtime.ts'

/** A page of a browser engine, or a dedicated worker of one, with the source of the packages in one bundle. */
export function engineRuntime(
  engineName: EngineName,
  place: 'page' | 'worker',
  differences: Runtime['differences'] = {},
): Runtime {
  let engine: Engine | undefined
  let page: EnginePage | undefined
  return {
    name: `${engineName}, ${place}`,
    differences,
    missing: missingEngine(engineName),
    scripts: async () => ({ '/cases.js': await bundle('page.ts') }),
    async start(origin) {
      engine = await launchEngine(engineName)
      page = await engine.newPage(origin)
      await page.evaluate(
        `new Promise((resolve, reject) => document.head.append(Object.assign(document.createElement('script'), {
          src: '/cases.js', onload: () => resolve(true), onerror: () => reject(new Error('no script'))
        })))`,
      )
    },
    async run(name) {
      const method: keyof CasePage = place === 'page' ? 'run' : 'runInWorker'
      const error = await page?.evaluate<[], string>(`${method}(${JSON.stringify(name)})`)
      if (error !== '') throw new Error(error ?? `${engineName} was not started`)
    },
    stop: async () => engine?.close(),
  }
}
