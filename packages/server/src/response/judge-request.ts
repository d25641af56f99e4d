import { type Channel, EventStreamError } from '@millrace/core'
import { overLimitResponse } from '../admission/in-place.ts'
import type { Place } from '../admission/places.ts'
import { type RefusalReason, refused } from '../admission/refusal.ts'
import { type Waited, withinTime } from '../admission/within-time.ts'
import { reportError } from '../hub/hub-observer.ts'
import type { HubParts } from '../hub/hub-parts.ts'
import { signalOf } from '../session/client-signal.ts'
import { type Admission, type Authorize, checkAdmission, isResponse } from './authorize.ts'
import { headResponse, returnLaterResponse } from './event-stream-headers.ts'
import { OPEN_TIMEOUT_MS } from './open-in-time.ts'

/** The channel that a request asks for. */
export interface BoundChannel<Params = unknown> {
  /** The channel. */
  readonly channel: Channel
  /** The route's parameters. */
  readonly params: Params
}

/** Finds the channel that a request asks for, or answers with a `Response` of its own. */
export type BindChannel<Params> = () =>
  | BoundChannel<Params>
  | Response
  | Promise<BoundChannel<Params> | Response>

/** A request that was let in. */
export interface Admitted<Output extends object, Params> extends BoundChannel<Params> {
  /** What was granted. */
  readonly admission: Admission<Output>
  /** When that was asked for, in milliseconds of `performance.now()`. */
  readonly askedMs: number
}

/** What judges a request. */
export interface Judges<Output extends object, Params> {
  /** The request's place. */
  readonly place: Place
  /** The channel's name, where it is known before the request is looked at. */
  readonly channel: string | undefined
  /** Finds its channel. */
  readonly bind: BindChannel<Params>
  /** Grants or answers. */
  readonly authorize: Authorize<Output, Params> | undefined
  /** How long both may take together, in milliseconds. */
  readonly authorizeTimeoutMs: number
}

/**
 * Judges a request, and has `open` open a stream for it, in the same step as the last check. Whatever takes too long is given up: the
 * client is asked to return later, and what comes of it then is ignored.
 *
 * @throws What `bind` or `authorize` throws in time.
 */
export async function judgeRequest<Output extends object, Params>(
  parts: HubParts,
  request: Request,
  judges: Judges<Output, Params>,
  open: (admitted: Admitted<Output, Params>) => Response,
): Promise<Response> {
  const { authorizeTimeoutMs, place } = judges
  const { drainMs, limits, observer } = parts.options
  const signal = signalOf(request)
  let known: { readonly channel: string | undefined; readonly principal: string | undefined } = {
    channel: judges.channel,
    principal: undefined,
  }
  const refuse = (reason: RefusalReason, answer: Response): Response =>
    refused(observer, { reason, ...known }, answer)
  const refuseAsUnavailable = (error: unknown): Response => {
    reportError(observer, error)
    return refuse('unavailable', returnLaterResponse(request, drainMs))
  }

  const judging = parts.sessions.admit()
  try {
    // Before anybody is judged: a revocation that is not heard would leave a stream open on what holds no more.
    try {
      await hearRevocations(parts, signal)
    } catch (error) {
      return refuseAsUnavailable(error)
    }
    const waited: Waited<Judged<Output, Params>> = await withinTime(() => judge(request, judges), {
      timeoutMs: authorizeTimeoutMs,
      signal,
    })
    // A client that left reads no answer.
    if (waited.outcome === 'left') return headResponse()
    if (waited.outcome === 'late') {
      const what = `the route's parameters and authorize took longer than authorizeTimeoutMs, ${authorizeTimeoutMs}`
      return refuseAsUnavailable(new EventStreamError('unavailable', what))
    }
    const judged = waited.value
    if ('answer' in judged) return refuse(judged.by, judged.answer)
    const { principal, tags = [], expiresAtMs = Infinity } = judged.admission
    known = { channel: judged.channel.channel, principal }
    if (principal !== undefined && !place.assign(principal)) {
      return refuse('perPrincipal', overLimitResponse(request, limits))
    }
    // Asked again: a drain that began meanwhile does not know of this stream, and nothing would ever end it.
    const turnAwayMs = parts.turnAwayMs()
    if (turnAwayMs !== undefined) return refuse('draining', returnLaterResponse(request, turnAwayMs))
    // As if it had begun and been revoked at once: the client returns, and is judged by what holds now.
    if (judging.isRevoked({ principal, tags })) return refuse('revoked', returnLaterResponse(request, 0))
    // A stream would begin with a snapshot or a replay, long before a tick finds that it is over.
    if (Date.now() >= expiresAtMs) return refuse('expired', returnLaterResponse(request, limits.retryAfterMs))
    return open(judged)
  } finally {
    judging.end()
  }
}

/**
 * Resolves when revocations of all instances are heard, or the client has left.
 *
 * @throws {EventStreamError} `unavailable` if that takes too long. What the backplane throws.
 */
async function hearRevocations({ listenForControl }: HubParts, signal: AbortSignal): Promise<void> {
  const { outcome } = await withinTime(listenForControl, { timeoutMs: OPEN_TIMEOUT_MS, signal })
  if (outcome !== 'late') return
  throw new EventStreamError(
    'unavailable',
    `the backplane did not let revocations be heard within ${OPEN_TIMEOUT_MS} ms`,
  )
}

type Judged<Output extends object, Params> =
  | Admitted<Output, Params>
  | { readonly by: 'params' | 'authorize'; readonly answer: Response }

/** What a route without `authorize` grants: one object for all of its streams. */
const NO_TERMS: Readonly<Record<string, never>> = Object.freeze({})

async function judge<Output extends object, Params>(
  request: Request,
  { bind, authorize }: Judges<Output, Params>,
): Promise<Judged<Output, Params>> {
  const bound = await bind()
  if (isResponse(bound)) return { by: 'params', answer: bound }
  const askedMs = performance.now()
  if (!authorize) return { ...bound, admission: NO_TERMS, askedMs }
  const admission = checkAdmission(await authorize(request, bound.params))
  return isResponse(admission) ? { by: 'authorize', answer: admission } : { ...bound, admission, askedMs }
}
