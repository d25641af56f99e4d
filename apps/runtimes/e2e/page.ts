import { connectEventStream } from '@millrace/client'
import { defineStream } from '@millrace/core'
import { runNamedCase } from './run-named-case.ts'

/** What a page offers to who drives it: both run the case of this name, and say what does not hold; nothing, if all does. */
export interface CasePage {
  readonly run: (name: string) => Promise<string>
  readonly runInWorker: (name: string) => Promise<string>
}

// Bundled, with all that it imports, into a page or a dedicated worker of a browser engine.
const run: CasePage['run'] = async (name) => {
  try {
    await runNamedCase(name, location.origin, { connectEventStream, defineStream })
    return ''
  } catch (error) {
    return String(error)
  }
}

if (typeof document === 'undefined') {
  addEventListener('message', ({ data }: MessageEvent<string>) => {
    void run(data).then((error) => postMessage(error))
  })
} else {
  const worker = new Worker('/cases.js')
  const runInWorker: CasePage['runInWorker'] = (name) =>
    new Promise((resolve) => {
      worker.addEventListener('message', ({ data }: MessageEvent<string>) => resolve(data), { once: true })
      worker.addEventListener('error', ({ message }) => resolve(message), { once: true })
      worker.postMessage(name)
    })
  Object.assign(globalThis, { run, runInWorker } satisfies CasePage)
}
