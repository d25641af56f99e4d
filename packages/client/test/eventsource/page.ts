// What a page and its worker run: each holds conversations with the class of the package, or with the engine's own.
import { EventSource as OwnEventSource } from '../../src/eventsource.ts'
import { describeClass } from './describe-class.ts'
import { observe } from './observe.ts'

const classes = { own: OwnEventSource, native: globalThis.EventSource }
const tasks = {
  observeAll: (kind: keyof typeof classes, urls: readonly string[]) =>
    Promise.all(urls.map((url) => observe(classes[kind], url))),
  describeClass: async (kind: keyof typeof classes, urls: readonly string[]) =>
    describeClass(classes[kind], urls[0] ?? ''),
}

/** What a page or its worker is told to do, with which class, at which URLs. */
export type Task = [name: keyof typeof tasks, kind: keyof typeof classes, urls: readonly string[]]

/** Runs a task here. */
function runTask(...[name, kind, urls]: Task): Promise<unknown> {
  return tasks[name](kind, urls)
}

/** Runs a task in a worker of this page. */
function runTaskInWorker(...task: Task): Promise<unknown> {
  const worker = new Worker('/worker.js')
  return new Promise((resolve, reject) => {
    worker.addEventListener('message', ({ data }) => {
      worker.terminate()
      resolve(data)
    })
    worker.addEventListener('error', ({ message }) => reject(new Error(message)))
    worker.postMessage(task)
  })
}

if (globalThis.document) Object.assign(globalThis, { runTask, runTaskInWorker })
else {
  globalThis.addEventListener('message', async ({ data }: MessageEvent<Task>) => {
    globalThis.postMessage(await runTask(...data))
  })
}
