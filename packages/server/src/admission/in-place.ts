import { reportError } from '../hub/hub-observer.ts'
import type { ResolvedHubOptions } from '../hub/hub-options.ts'
import type { HubParts } from '../hub/hub-parts.ts'
import { shown } from '../hub/shown.ts'
import { tellFailure } from '../hub/tell-failure.ts'
import {
  NOT_STORED,
  headResponse,
  retryAfter,
  returnLaterResponse,
} from '../response/event-stream-headers.ts'
import { signalOf } from '../session/client-signal.ts'
import type { ResolvedLimits } from './limits.ts'
import type { Place } from './places.ts'
import { refused } from './refusal.ts'

/**
 * Serves a request in a place of its own, or turns it away: before anything is allocated for it, at the cost of a few counts. The
 * place is given back when `serve` has opened no stream; a stream gives it back when it ends.
 */
export async function inPlace(
  { options, places, turnAwayMs }: HubParts,
  { request, channel }: { readonly request: Request; readonly channel: string | undefined },
  serve: (place: Place) => Promise<Response>,
): Promise<Response> {
  const { observer, limits } = options
  // Nobody is there to read an answer.
  if (signalOf(request).aborted) return headResponse()
  const spreadMs = turnAwayMs()
  if (spreadMs !== undefined) {
    const answer = returnLaterResponse(request, spreadMs)
    return refused(observer, { reason: 'draining', channel, principal: undefined }, answer)
  }
  const taken = places.take(addressOf(request, options))
  if ('over' in taken) {
    const answer = overLimitResponse(request, limits)
    return refused(observer, { reason: taken.over, channel, principal: undefined }, answer)
  }
  const { place } = taken
  try {
    return await serve(place)
  } finally {
    if (place.isPending()) place.leave()
  }
}

/** The address that a request counts for. A promise, say, would be another one each time, and no limit would ever hold. */
function addressOf(request: Request, { limits, observer }: ResolvedHubOptions): string | undefined {
  const told: unknown = limits.address(request)
  if (typeof told === 'string') return told || undefined
  if (told === null || told === undefined) return undefined
  tellFailure(told, (error) => reportError(observer, error))
  throw new TypeError(`limits.address must return a string or nothing, synchronously; got ${shown(told)}`)
}

/** The answer to a request over a limit. */
export function overLimitResponse(request: Request, { whenOver, retryAfterMs }: ResolvedLimits): Response {
  if (whenOver === 'retry-later') return returnLaterResponse(request, retryAfterMs)
  const headers = { ...NOT_STORED, 'Retry-After': retryAfter(retryAfterMs) }
  return Response.json({ code: 'too-many-streams' }, { status: 429, headers })
}
