import { reportError } from '../hub/hub-observer.ts'
import type { HubParts } from '../hub/hub-parts.ts'
import type { Session } from '../session/session.ts'
import { isResponse } from './authorize.ts'
import type { YieldedEvent } from './stream-response.ts'

/** What a handler answered with. */
type Begun = Response | AsyncIterator<YieldedEvent>

interface AskOptions {
  readonly session: Session
  readonly parts: HubParts
  readonly runInScope: <Result>(step: () => Result) => Result
}

/**
 * Asks a handler for its source or its response, and waits no longer than its session lives: a handler that never answers would
 * keep its request open beyond every drain. What it answers later is let go, and counts as abandoned until then.
 *
 * @returns `undefined` if the session ended first.
 * @throws What the handler throws in time. @throws {TypeError} If it returns neither a source nor a response.
 */
export async function askHandler(
  handler: () => AsyncIterable<YieldedEvent> | Promise<AsyncIterable<YieldedEvent> | Response>,
  { session, parts, runInScope }: AskOptions,
): Promise<Begun | undefined> {
  const { sources, options } = parts
  const answered = (async () => iteratorOf(await runInScope(handler), runInScope))()
  const ended = new Promise<undefined>((resolve) => session.onEnd(() => resolve(undefined)))
  const begun = await Promise.race([answered, ended])
  if (begun) return begun
  sources.add(session)
  const letGo = (late: Begun): Promise<unknown> =>
    runInScope(async () => (isResponse(late) ? late.body?.cancel() : late.return?.())).catch(
      (error: unknown) => reportError(options.observer, error),
    )
  // A handler that heeds its signal throws when the session has ended; that is no news.
  void answered.then(letGo, () => undefined).finally(() => sources.delete(session))
  return undefined
}

/**
 * What a handler returned: a response, or the iterator of its events.
 *
 * @throws {TypeError} If it is neither.
 */
function iteratorOf(
  returned: AsyncIterable<YieldedEvent> | Response,
  runInScope: <Result>(step: () => Result) => Result,
): Response | AsyncIterator<YieldedEvent> {
  if (typeof returned === 'object' && returned !== null) {
    if (Symbol.asyncIterator in returned) return runInScope(() => returned[Symbol.asyncIterator]())
    if (isResponse(returned)) return returned
  }
  throw new TypeError(
    `eventStream: the handler must be an async generator, or return an async iterable or a Response; got ${String(returned)}`,
  )
}
