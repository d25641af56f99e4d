import { connectEventStream } from '@millrace/client'
import { defineStream } from '@millrace/core'
import { runNamedCase } from './run-named-case.ts'
import type { Runtime } from './runtime.ts'

/** The process of the tests, and whatever environment it pretends to be; with the source of the packages. */
export function thisRuntime(name: string): Runtime {
  let origin = ''
  return {
    name,
    missing: undefined,
    start: async (given) => {
      origin = given
    },
    run: (each) => runNamedCase(each, origin, { connectEventStream, defineStream }),
    stop: async () => undefined,
  }
}
