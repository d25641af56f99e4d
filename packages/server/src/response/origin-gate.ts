import { isForeign } from '../admission/foreign-origin.ts'
import { refused } from '../admission/refusal.ts'
import type { HubObserver } from '../hub/hub-observer.ts'
import { type CorsOptions, resolveCors } from './cors.ts'
import { NOT_STORED, optionsResponse } from './event-stream-headers.ts'

/** What a route says of the pages that may use it. */
export interface OriginGate {
  /** Pages of other origins that may use the route. Default: none. */
  readonly cors: CorsOptions | undefined
  /** The methods that the route has; `undefined` where only its framework knows. */
  readonly methods: string | undefined
  /** The channel, if it is known yet. */
  readonly channel: string | undefined
  /** Who is told of a refusal. */
  readonly observer: HubObserver
}

/**
 * Lets a request through to `answer` unless a page of an origin that is not allowed made it: nothing of the route runs for that.
 * Answers `OPTIONS`, and has allowed pages read every answer, refusals included.
 */
export async function throughOriginGate(
  request: Request,
  { cors: options, methods, channel, observer }: OriginGate,
  answer: () => Promise<Response>,
): Promise<Response> {
  const cors = options && resolveCors(options)
  const origin = request.headers.get('origin')
  const isAllowed = cors?.allows(origin) ?? false
  const respond = (): Response | Promise<Response> => {
    if (!isAllowed && isForeign(request)) {
      const refusal = Response.json({ code: 'origin-not-allowed' }, { status: 403, headers: NOT_STORED })
      return refused(observer, { reason: 'origin', channel, principal: undefined }, refusal)
    }
    if (request.method !== 'OPTIONS') return answer()
    const allow = methods ?? askedMethods(request)
    return cors && isAllowed ? cors.preflight(request, allow) : optionsResponse(allow)
  }
  const response = await respond()
  return cors ? cors.mark(response, isAllowed ? origin : null) : response
}

/** A framework answers by itself for methods that a handler was not exported as; so the one that is asked for is there. */
function askedMethods({ headers }: Request): string | undefined {
  const asked = headers.get('access-control-request-method')
  return asked && /^[A-Z]{1,20}$/.test(asked) ? `${asked}, OPTIONS` : undefined
}
