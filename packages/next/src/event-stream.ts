import { AsyncLocalStorage } from 'node:async_hooks'
import { type EventStreamOptions, type StreamHandler, getHub } from '@millrace/server'
import { closeDrainedConnections, currentConnection, followConnections } from '@millrace/server/node'
import { type RouteHandler, type RouteParams, dependOnRequest } from './route-context.ts'

/**
 * Makes a Next.js route handler that answers each request with the events of one source, and then says that it is done.
 *
 * `cookies()`, `headers()` and `after()` work inside the source, from its first step to its last. When the client goes, the
 * source's signal is aborted and `return()` is called. For pages of other origins (`cors`) export it as `OPTIONS` too.
 *
 * @param handler - An async generator function; or an async function that returns an async iterable, or a `Response` to answer
 *   with that instead (a refusal, say).
 * @throws Whatever the handler throws before its first event is asked for; what a source throws later ends the stream as `failed`.
 * @example
 * export const POST = eventStream(async function* ({ request, signal }) {
 *   for await (const text of model(await request.json(), { signal })) yield { data: text }
 * })
 */
export function eventStream<Params = RouteParams>(
  handler: StreamHandler<Params>,
  { hub, ...options }: EventStreamOptions = {},
): RouteHandler {
  followConnections()
  return async (request, context) => {
    dependOnRequest(request)
    closeDrainedConnections()
    const connection = currentConnection()
    // A source is pulled by the client, outside of the request's scope; each of its steps is taken back into it.
    const runInScope = AsyncLocalStorage.snapshot()
    const params = ((await context?.params) ?? {}) as Params
    return (hub ?? getHub()).respondOnce(request, handler, { ...options, params, runInScope, connection })
  }
}
