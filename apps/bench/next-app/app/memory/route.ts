import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { collectGarbage } from '../../../harness/process-figures.ts'

/** Collects the garbage of this process, and tells what is left. */
export function POST(request: Request): Response {
  request.headers.get('accept')
  setFlagsFromString('--expose-gc')
  Object.assign(globalThis, { gc: runInNewContext('gc') as unknown })
  collectGarbage()
  return Response.json(process.memoryUsage())
}
