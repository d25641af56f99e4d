import type { Hub } from '../hub/hub.ts'
import { getHub } from '../hub/process-hub.ts'
import type { StreamResponseOptions } from './stream-options.ts'
import type { StreamHandler } from './stream-response.ts'

/** Options of {@link eventStream}. */
export interface EventStreamOptions extends StreamResponseOptions {
  /** The hub that counts, drains and ends the stream with all others. Default: the one of this process. */
  readonly hub?: Hub
}

/**
 * Makes a fetch-style handler that answers each request with the events of one source, and then says that it is done.
 *
 * The source is pulled at the client's pace. When the client goes, its signal is aborted and `return()` is called. `HEAD` and
 * `OPTIONS` are answered too, and open nothing: where pages of other origins may use the route, serve `OPTIONS` by the same handler.
 *
 * @param handler - An async generator function; or an async function that returns an async iterable, or a `Response` to answer
 *   with that instead (a refusal, say).
 * @throws Whatever the handler throws before its first event is asked for; what a source throws later ends the stream as `failed`.
 * @example
 * export const POST = eventStream(async function* ({ request, signal }) {
 *   for await (const text of model(await request.json(), { signal })) yield { data: text }
 * })
 */
export function eventStream<Params = unknown>(
  handler: StreamHandler<Params>,
  { hub, ...options }: EventStreamOptions = {},
): (request: Request, params: Params) => Promise<Response> {
  return (request, params) => (hub ?? getHub()).respondOnce(request, handler, { ...options, params })
}
