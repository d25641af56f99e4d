import { EventStreamError } from '@millrace/core'
import { nonNegativeInteger } from '../hub/check-number.ts'
import { reportError } from '../hub/hub-observer.ts'
import { tellFailure } from '../hub/tell-failure.ts'
import { optionsResponse } from './event-stream-headers.ts'

/** Which pages of other origins may use a route. */
export interface CorsOptions {
  /**
   * Their origins, as in `https://app.example`; or a function that returns `true` for them. `['*']` is everybody, and only without
   * `credentials`. Name your own origin too where a proxy hides it: see the README.
   */
  readonly origins: readonly string[] | ((origin: string) => boolean)
  /** Whether such pages may send cookies. Default `false`. */
  readonly credentials?: boolean
  /**
   * Headers that their requests may carry besides those that any stream needs: `Accept`, `Authorization`, `Cache-Control`,
   * `Content-Type`, `Idempotency-Key`, `Last-Event-ID`. Default: none.
   */
  readonly allowHeaders?: readonly string[]
  /** How long a browser may remember the answer to its preflight, in seconds. Default 7,200. */
  readonly maxAgeSeconds?: number
}

/** The answer of a route to pages of other origins. */
export interface Cors {
  /** Whether a page of an origin may use the route; `null` for a request that does not say where it comes from. */
  readonly allows: (origin: string | null) => boolean
  /** Gives a copy of a response that the pages of one origin may read; with `null` no page of another may. */
  readonly mark: (response: Response, allowed: string | null) => Response
  /** The answer to a preflight of an allowed origin. */
  readonly preflight: (request: Request, methods: string | undefined) => Response
}

const ALLOW_HEADERS = [
  'Accept',
  'Authorization',
  'Cache-Control',
  'Content-Type',
  'Idempotency-Key',
  'Last-Event-ID',
]

const resolved = new WeakMap<CorsOptions, Cors>()

/**
 * Checks the option `cors`, once for each object.
 *
 * @throws {TypeError} If an origin or a header is none. @throws {RangeError} If `maxAgeSeconds` is out of range.
 * @throws {EventStreamError} `misconfigured` for everybody with credentials: every page on the web could read as its visitor.
 */
export function resolveCors(options: CorsOptions): Cors {
  const known = resolved.get(options)
  if (known) return known
  const cors = create(options)
  resolved.set(options, cors)
  return cors
}

function create({
  origins,
  credentials = false,
  allowHeaders = [],
  maxAgeSeconds = 7200,
}: CorsOptions): Cors {
  const isAnybody = Array.isArray(origins) && origins.includes('*')
  if (isAnybody && credentials) {
    throw new EventStreamError(
      'misconfigured',
      "cors.origins has '*', and cors.credentials is true; name the origins",
    )
  }
  const isListed = checkOrigins(origins)
  checkHeaders(allowHeaders)
  nonNegativeInteger('cors.maxAgeSeconds', maxAgeSeconds)
  const allows = (origin: string | null): boolean => isAnybody || (origin !== null && isListed(origin))

  const mark = (response: Response, allowed: string | null): Response => {
    // [Fetch 2.2.6] A network error, which no constructor takes.
    if (response.status === 0) return response
    // A copy: the headers of a response that was fetched cannot be changed, and one made in advance may serve many origins.
    const headers = new Headers(response.headers)
    if (!isAnybody) vary(headers)
    // Everybody's answer is the same for everybody, also for who sends no origin: a cache hands on one of them.
    const readers = isAnybody ? '*' : allowed
    if (readers !== null) {
      headers.set('Access-Control-Allow-Origin', readers)
      if (credentials) headers.set('Access-Control-Allow-Credentials', 'true')
      expose(headers)
    }
    const { status, statusText } = response
    return new Response(response.body, { status, statusText, headers })
  }

  const preflight = (request: Request, methods: string | undefined): Response => {
    const response = optionsResponse(methods)
    if (methods === undefined || !request.headers.has('access-control-request-method')) return response
    response.headers.set('Access-Control-Allow-Methods', methods)
    response.headers.set('Access-Control-Allow-Headers', [...ALLOW_HEADERS, ...allowHeaders].join(', '))
    response.headers.set('Access-Control-Max-Age', String(maxAgeSeconds))
    return response
  }

  return { allows, mark, preflight }
}

function vary(headers: Headers): void {
  const names =
    headers
      .get('vary')
      ?.toLowerCase()
      .split(/\s*,\s*/) ?? []
  if (!names.includes('*') && !names.includes('origin')) headers.append('Vary', 'Origin')
}

/** Without this a page cannot read when it may return, and all refused pages return together. */
function expose(headers: Headers): void {
  headers.append('Access-Control-Expose-Headers', 'Retry-After')
}

function checkOrigins(origins: CorsOptions['origins']): (origin: string) => boolean {
  if (typeof origins === 'function') {
    return (origin) => {
      const told: unknown = origins(origin)
      // No hub is known here: one answer serves the routes of all.
      tellFailure(told, (error) => reportError({}, error))
      // What is not `true` is no permission: a promise, say.
      return told === true
    }
  }
  if (!Array.isArray(origins)) {
    throw new TypeError(
      `cors.origins must be a list of origins or a function; got ${JSON.stringify(origins)}`,
    )
  }
  for (const origin of origins) {
    if (origin !== '*' && !isOrigin(origin)) {
      throw new TypeError(
        `cors.origins must hold origins as browsers write them, such as https://app.example; got ${JSON.stringify(origin)}`,
      )
    }
  }
  const listed = new Set<string>(origins)
  return (origin) => listed.has(origin)
}

/** Whether a text is an origin as browsers write it: no path, no default port, lower case. Apps have schemes of their own. */
function isOrigin(text: unknown): boolean {
  if (typeof text !== 'string' || !/^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s]+$/.test(text) || !URL.canParse(text))
    return false
  return !/^https?:/.test(text) || new URL(text).origin === text
}

function checkHeaders(names: readonly string[]): void {
  for (const name of names) {
    // [RFC 9110 5.6.2] A field name is a token.
    if (typeof name === 'string' && /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) continue
    throw new TypeError(`cors.allowHeaders must hold names of headers; got ${JSON.stringify(name)}`)
  }
}
